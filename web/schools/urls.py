"""Addresses of the school desk."""

from django.urls import path

from web.schools import scans, views

app_name = "school"
urlpatterns = [
    path("", views.start, name="start"),
    path("class/<int:pk>/", views.lend, name="class"),
    path("class/<int:pk>/scan", scans.lend_scan, name="lend_scan"),
    path("class/<int:pk>/return", views.take_back, name="return"),
    path("class/<int:pk>/return/scan", scans.return_scan, name="return_scan"),
    path("class/<int:pk>/list", views.class_list, name="list"),
]
