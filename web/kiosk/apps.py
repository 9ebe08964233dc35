"""Names the app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Names the app."""

    name = "web.kiosk"
    label = "web_kiosk"
