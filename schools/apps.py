"""Schools' classes and pupils, and lending to them."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Names the app."""

    name = "schools"

    def ready(self) -> None:
        """Register what happens when two entries of one person are merged, and when a person is forgotten."""
        from patrons import merging
        from patrons.services import forgetting  # models exist only now
        from schools.services.merging import forget_school_times, prepare_merging

        merging.register("schools", prepare=prepare_merging)
        forgetting.register("schools", forget_school_times)
