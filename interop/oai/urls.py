"""The address of OAI-PMH, on municipalities' hosts and the consortium's."""

from django.urls import path

from interop.oai.views import provider

app_name = "oai"
urlpatterns = [path("oai", provider, name="provider")]
