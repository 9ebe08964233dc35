"""Addresses of the REST API."""

from django.urls import URLPattern, URLResolver, path

from interop.rest import views
from interop.rest.problems import not_found

app_name = "rest"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/openapi.json", views.DescriptionView.as_view(), name="description"),
    path("v1/search", views.SearchView.as_view(), name="search"),
    path("v1/suggestions", views.SuggestionsView.as_view(), name="suggestions"),
    path("v1/records/<int:pk>", views.RecordView.as_view(), name="record"),
    path("v1/records/<int:pk>/availability", views.AvailabilityView.as_view(), name="availability"),
    path("<path:rest>", not_found, name="nothing"),
]
