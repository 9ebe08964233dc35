"""Addresses on the consortium's own host."""

from django.urls import include, path

urlpatterns = [
    path("", include("web.console.urls_consortium")),
    path("account/", include("web.account.urls_consortium")),
    path("", include("interop.oai.urls")),
    path("", include("interop.sru.urls")),
    path("", include("web.ui.urls")),
]
handler400 = "libsys.error_pages.bad_request"
handler403 = "libsys.error_pages.forbidden"
handler404 = "libsys.error_pages.not_found"
handler500 = "libsys.error_pages.server_error"
