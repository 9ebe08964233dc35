"""Addresses of the design system: the municipality's colours and the style guide."""

from django.urls import path

from web.ui import views

app_name = "ui"

urlpatterns = [
    path("theme.css", views.theme_css_view, name="theme_css"),
    path("styleguide", views.styleguide, name="styleguide"),
]
