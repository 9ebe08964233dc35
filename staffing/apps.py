"""What a staff account may do at which branch, and how she likes her desk."""

from django.apps import AppConfig


class StaffingConfig(AppConfig):
    """Names the app."""

    name = "staffing"
