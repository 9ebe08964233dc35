"""Addresses of the portal."""

from django.urls import path

from web.portal import catalogue, covers, details, family, feeds, log_in, me, messages, money, title_files

app_name = "portal"
urlpatterns = [
    path("", catalogue.search_page, name="search"),
    path("suggestions", catalogue.suggestions, name="suggestions"),
    path("new", feeds.new_titles, name="new_titles"),
    path("title/<int:pk>", catalogue.record_page, name="record"),
    path("title/<int:pk>/as/<slug:code>", title_files.title_file, name="title_file"),
    path("cover/<slug:isbn>", covers.cover, name="cover"),
    path("hours", catalogue.hours, name="hours"),
    path("log-in", log_in.log_in, name="log_in"),
    path("log-out", log_in.log_out, name="log_out"),
    path("me", me.me, name="me"),
    path("me/details", details.details, name="details"),
    path("me/details/change", details.change_details, name="change_details"),
    path("me/details/pin", details.change_pin, name="change_pin"),
    path("me/details/history", details.change_history, name="change_history"),
    path("me/children", family.family, name="family"),
    path("me/children/<int:pk>/renew", family.renew_every, name="renew_all_for_child"),
    path("me/children/loans/<int:pk>/renew", family.renew, name="renew_for_child"),
    path("me/history", details.history, name="history"),
    path("me/messages", messages.choices, name="messages"),
    path("me/money", money.money, name="money"),
    path("me/renew", me.renew_every, name="renew_all"),
    path("me/loans/<int:pk>/renew", me.renew, name="renew"),
    path("title/<int:pk>/hold", me.place, name="place_hold"),
    path("me/holds/either", me.either, name="either_hold"),
    path("me/holds/<int:pk>/alone", me.alone, name="lone_hold"),
    path("me/holds/<int:pk>/move", me.move, name="move_hold"),
    path("me/holds/<int:pk>/pause", me.pause, name="pause_hold"),
    path("me/holds/<int:pk>/extend", me.extend, name="extend_hold"),
    path("me/holds/<int:pk>/cancel", me.cancel, name="cancel_hold"),
]
