"""Other libraries' catalogues that records are fetched from."""

from django.db import models


class RemoteTarget(models.Model):
    """A catalogue that answers SRU or Z39.50, and how it's asked; the consortium's own are for all members."""

    municipality = models.ForeignKey("tenants.Municipality", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=500)
    version = models.CharField(max_length=3, default="1.2")
    # As the catalogue calls them: its explain page says which it has. In Z39.50, indexes are numbers.
    record_schema = models.CharField(max_length=80)
    isbn_index = models.CharField(max_length=40)
    # Empty where it's asked for ISBNs only.
    title_index = models.CharField(max_length=40, blank=True, default="", db_default="")
    author_index = models.CharField(max_length=40, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return self.name
