"""Addresses of the school desk."""

from django.urls import URLPattern, URLResolver

app_name = "school"
urlpatterns: list[URLPattern | URLResolver] = []
