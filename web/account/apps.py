"""Staff log in and out here, on a municipality's host and on the consortium's."""

from django.apps import AppConfig


class Config(AppConfig):
    """Names the app."""

    name = "web.account"
    label = "web_account"
