"""The design system's own addresses and no others, so that its tests need no other room."""

from django.urls import include, path

urlpatterns = [path("", include("web.ui.urls"))]
