"""Pictures of covers, as the installation's source of them has sent them."""

from django.db import models


class Cover(models.Model):
    """The cover of an edition, kept so that no reader's browser asks a third party; without content there's none."""

    isbn = models.CharField(max_length=13, primary_key=True)
    content = models.BinaryField(blank=True, default=bytes)
    content_type = models.CharField(max_length=20, blank=True)
    # The source isn't asked again before that.
    ask_again_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.isbn
