"""Schools' classes and pupils, and lending to them."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Names the app."""

    name = "schools"

    def ready(self) -> None:
        """Register what happens to a class when two of its pupils are merged."""
        from patrons import merging
        from schools.services.merging import prepare_merging  # models exist only now

        merging.register("schools", prepare=prepare_merging)
