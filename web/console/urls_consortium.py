"""Addresses of the consortium's console, on the consortium's own host."""

from django.urls import path

from web.console import (
    authorities,
    cataloguing,
    consortium,
    jobs,
    policy,
    provisioning,
    remote_targets,
    staff,
    template_history,
    template_values,
)

app_name = "console"
urlpatterns = [
    path("", consortium.municipalities, name="start"),
    path("municipalities/<int:pk>/suspend", consortium.suspend_one, name="suspend"),
    path("municipalities/<int:pk>/resume", consortium.resume_one, name="resume"),
    path("provision", provisioning.form, name="provision"),
    path("provision/<int:pk>", provisioning.progress, name="provisioning"),
    path("provision/<int:pk>/steps", provisioning.steps, name="provisioning_steps"),
    path("jobs", jobs.of_all, name="jobs"),
    path("jobs/<int:pk>/<slug:job>/run", jobs.run_for, name="run_job"),
    path("jobs/<int:pk>/<slug:job>/take-back", jobs.take_back_for, name="take_job_back"),
    path("templates", policy.templates, name="templates"),
    path("templates/<slug:code>", policy.template, name="template"),
    path("templates/<slug:code>/history", template_history.history, name="template_history"),
    path("templates/<slug:code>/history/<int:pk>/undo", template_history.undo, name="undo_template"),
    path("templates/<slug:code>/<slug:name>", template_values.template_value, name="template_value"),
    path("catalogues", remote_targets.listed_for_all, name="remote_targets"),
    path("catalogues/<int:pk>/remove", remote_targets.remove_for_all, name="remove_remote_target"),
    path("authorities", authorities.authorities, name="authorities"),
    path("authorities/add/<slug:vocabulary>/<slug:kind>", authorities.add, name="add_authority"),
    path("authorities/<int:pk>", authorities.authority, name="authority"),
    path("authorities/<int:pk>/merge/<int:other>", authorities.merge, name="merge_authority"),
    path("cataloguing", cataloguing.of_all, name="cataloguing"),
    path("cataloguing/<int:pk>", cataloguing.of_one, name="library_rights"),
    path("staff", staff.operators, name="staff"),
    path("staff/add", staff.add_operator, name="add_staff"),
    path("staff/<int:pk>", staff.change_operator, name="staff_account"),
    path("staff/<int:pk>/invite", staff.invite_operator, name="invite_staff"),
    path("audit", consortium.audit, name="audit"),
]
