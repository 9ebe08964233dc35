"""Addresses of the self-check machine."""

from django.urls import path

from web.kiosk import returns, visits

app_name = "kiosk"
urlpatterns = [
    path("", visits.start, name="start"),
    path("open/<str:token>", visits.open_kiosk, name="open"),
    path("card", visits.log_in, name="log_in"),
    path("visit", visits.visit, name="visit"),
    path("visit/scan", visits.lend, name="lend"),
    path("visit/finish", visits.finish, name="finish"),
    path("leave", visits.leave, name="leave"),
    path("returns", returns.returns, name="returns"),
    path("returns/scan", returns.take_back, name="take_back"),
]
