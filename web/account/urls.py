"""Addresses of staff accounts, on a municipality's host and on the consortium's."""

from django.urls import path

from web.account import list_columns, locking, sign_on, views, views_desk

app_name = "account"
OF_THE_DESK = ("branch", "keys", "lock", "unlock", "lock_pin")
urlpatterns = [
    path("log-in", views.log_in, name="log_in"),
    path("log-out", views.log_out, name="log_out"),
    path("invitation/<str:token>", views.invitation, name="invitation"),
    path("invitation/<str:token>/sign-on/<slug:kind>", sign_on.accept_invitation, name="accept_by_sign_on"),
    path("sign-on/<slug:kind>", sign_on.begin, name="sign_on"),
    path("sign-on/<slug:kind>/back", sign_on.back, name="sign_on_back"),
    path("sign-on/<slug:kind>/connect", sign_on.connect, name="connect"),
    path("", views.overview, name="overview"),
    path("second-factor", views.second_factor, name="second_factor"),
    path("second-factor/off", views.second_factor_off, name="second_factor_off"),
    path("columns/<slug:table>", list_columns.columns, name="columns"),
    path("branch", views_desk.branch, name="branch"),
    path("keys", views_desk.keys, name="keys"),
    path("lock", locking.lock, name="lock"),
    path("unlock", locking.unlock, name="unlock"),
    path("lock-pin", locking.lock_pin, name="lock_pin"),
]
