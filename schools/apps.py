"""Schools' classes and pupils, and lending to them."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Names the app."""

    name = "schools"

    def ready(self) -> None:
        """Register what happens to a class when two of its pupils are merged."""
        from patrons import merging
        from schools.services import leave_twice_joined_classes  # models exist only now

        merging.register("schools", prepare=leave_twice_joined_classes)
