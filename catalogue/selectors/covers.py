"""Which covers are kept."""

from catalogue.models import Cover


def cover_of(isbn: str) -> Cover | None:
    """Return what's known of an edition's cover: the picture, or that there's none; None when nobody has asked yet."""
    return Cover.objects.filter(isbn=isbn).first()
