"""Addresses of a municipality's own console."""

from django.urls import path

from web.console import branches, imports, jobs, kinds, messages_sent, notices, overview, rules, settings, staff

app_name = "console"
urlpatterns = [
    path("", overview.start, name="start"),
    path("rules", rules.rules, name="rules"),
    path("rules/change", rules.change_rule, name="change_rule"),
    path("branches", branches.listed, name="branches"),
    path("branches/add", branches.add, name="add_branch"),
    path("branches/<int:pk>", branches.change, name="branch"),
    path("branches/<int:pk>/hours", branches.hours, name="branch_hours"),
    path("branches/<int:pk>/days", branches.days, name="branch_days"),
    path("branches/<int:pk>/holidays", branches.holidays, name="branch_holidays"),
    path("staff", staff.listed, name="staff"),
    path("staff/add", staff.add, name="add_staff"),
    path("staff/<int:pk>", staff.change, name="staff_account"),
    path("staff/<int:pk>/invite", staff.invite_again, name="invite_staff"),
    path("kinds", kinds.listed, name="kinds"),
    path("kinds/types/add", kinds.add_type, name="add_type"),
    path("kinds/types/<int:pk>", kinds.change_type, name="change_type"),
    path("kinds/categories/add", kinds.add_category_view, name="add_category"),
    path("kinds/categories/<int:pk>", kinds.change_category_view, name="change_category"),
    path("notices", notices.listed, name="notices"),
    path("notices/<slug:kind>/<slug:language>", notices.edit, name="notice"),
    path("notices/<slug:kind>/<slug:language>/reset", notices.reset, name="reset_notice"),
    path("outbox", messages_sent.outbox_page, name="outbox"),
    path("outbox/<int:pk>", messages_sent.one, name="outbox_notice"),
    path("outbox/<int:pk>/again", messages_sent.again, name="send_notice_again"),
    path("outbox/<int:pk>/aside", messages_sent.aside, name="set_notice_aside"),
    path("import", imports.imports, name="imports"),
    path("import/<int:pk>", imports.one, name="import"),
    path("jobs", jobs.of_one, name="jobs"),
    path("jobs/<slug:job>/run", jobs.run_own, name="run_own_job"),
    path("settings", settings.settings_page, name="settings"),
    path("settings/look", settings.look, name="look"),
    path("settings/barcodes", settings.barcodes, name="barcodes"),
    path("audit", overview.audit, name="audit"),
]
