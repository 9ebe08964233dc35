"""The design system as a Django app: templates, components, style sheets and scripts that every screen uses."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Register the design system under the label `ui`."""

    name = "web.ui"
    label = "ui"
