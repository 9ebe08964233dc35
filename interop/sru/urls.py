"""The address of SRU, on municipalities' hosts and the consortium's."""

from django.urls import path

from interop.sru.views import server

app_name = "sru"
urlpatterns = [path("sru", server, name="server")]
