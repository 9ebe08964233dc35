"""Schools' classes and pupils, and lending to them."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Names the app."""

    name = "schools"

    def ready(self) -> None:
        """Register what follows when people are merged or forgotten, and who of the patrons is at a school."""
        from patrons import merging, school_people
        from patrons.services import forgetting  # models exist only now
        from schools.selectors.people import patron_of_key
        from schools.services.merging import forget_school_times, prepare_merging

        merging.register("schools", prepare=prepare_merging)
        forgetting.register("schools", forget_school_times)
        school_people.register(patron_of_key)
