"""Staff accounts."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import StaffAccount


class StaffAccountFactory(DjangoModelFactory):
    """A librarian; traits give the other roles, `password="..."` one who can log in by form."""

    class Meta:
        model = StaffAccount
        skip_postgeneration_save = True

    class Params:
        supervisor = factory.Trait(role=StaffAccount.Role.SUPERVISOR)
        school_librarian = factory.Trait(role=StaffAccount.Role.SCHOOL_LIBRARIAN)
        it_admin = factory.Trait(role=StaffAccount.Role.IT_ADMIN)
        operator = factory.Trait(role=StaffAccount.Role.OPERATOR)

    username = factory.Sequence(lambda n: f"staff-{n}")
    name = factory.Sequence(lambda n: f"Staff {n}")
    email = factory.LazyAttribute(lambda account: f"{account.username}@library.example")
    role = StaffAccount.Role.LIBRARIAN

    @factory.post_generation
    def password(account, create, extracted, **_):  # noqa: N805 - factory_boy hands the account
        if extracted:
            account.set_password(extracted)
            if create:
                account.save(update_fields=["password"])
