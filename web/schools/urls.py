"""Addresses of the school desk."""

from django.urls import path

from web.schools import classes, scans, undo, views, years

app_name = "school"
urlpatterns = [
    path("", views.start, name="start"),
    path("new-year", years.new_year, name="new_year"),
    path("new-year/take-back", years.undo, name="undo_year"),
    path("leavers", years.leavers, name="leavers"),
    path("class/add", classes.add, name="add_class"),
    path("class/<int:pk>/change", classes.change, name="change_class"),
    path("class/<int:pk>/", views.lend, name="class"),
    path("class/<int:pk>/scan", scans.lend_scan, name="lend_scan"),
    path("class/<int:pk>/override", scans.override_scan, name="override"),
    path("class/<int:pk>/undo/<int:entry_id>", undo.undo, name="undo"),
    path("class/<int:pk>/return", views.take_back, name="return"),
    path("class/<int:pk>/return/scan", scans.return_scan, name="return_scan"),
    path("class/<int:pk>/list", views.class_list, name="list"),
]
