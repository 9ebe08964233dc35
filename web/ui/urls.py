"""Addresses of the design system: the municipality's colours, the choice of language, the style guide."""

from django.urls import path
from django.views.i18n import set_language

from web.account.access import open_to_all
from web.ui import views

app_name = "ui"

urlpatterns = [
    path("theme.css", views.theme_css_view, name="theme_css"),
    path("language", open_to_all(set_language), name="set_language"),
    path("styleguide", views.styleguide, name="styleguide"),
]
