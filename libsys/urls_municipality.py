"""Addresses on a municipality's host."""

from django.urls import include, path

urlpatterns = [
    path("", include("web.portal.urls")),
    path("account/", include("web.account.urls")),
    path("desk/", include("web.desk.urls")),
    path("kiosk/", include("web.kiosk.urls")),
    path("school/", include("web.schools.urls")),
    path("console/", include("web.console.urls_municipality")),
    path("api/", include("interop.rest.urls")),
    path("", include("interop.oai.urls")),
    path("", include("interop.sru.urls")),
    path("", include("web.ui.urls")),
]
handler400 = "libsys.error_pages.bad_request"
handler403 = "libsys.error_pages.forbidden"
handler404 = "libsys.error_pages.not_found"
handler500 = "libsys.error_pages.server_error"
