"""What a new municipality starts with here: the template's patron categories."""

from patrons.models import PatronCategory
from tenants.provisioning_steps import NewMunicipality


def make_patron_categories(new: NewMunicipality) -> None:
    """Write the template's patron categories, named in the municipality's language."""
    PatronCategory.objects.bulk_create(
        PatronCategory(
            code=wanted["code"],
            name=wanted["name"].get(new.municipality.language) or wanted["name"]["en"],
            names=wanted["name"],
            kind=wanted["kind"],
            position=position,
        )
        for position, wanted in enumerate(new.template.patron_categories)
    )
