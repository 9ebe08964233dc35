"""What each role may do: pure tables, no database."""

from enum import StrEnum

from accounts.models import StaffAccount


class Permission(StrEnum):
    """Something that not everybody on the staff may do."""

    CIRCULATE = "circulate"
    OVERRIDE_LIMITS = "override_limits"
    LIFT_BLOCKS = "lift_blocks"
    TAKE_PAYMENTS = "take_payments"
    WAIVE_FEES = "waive_fees"
    EDIT_PATRONS = "edit_patrons"
    LOOK_UP_NATIONAL_ID = "look_up_national_id"
    SEE_PROTECTED = "see_protected"
    MERGE_PATRONS = "merge_patrons"
    EDIT_ITEMS = "edit_items"
    CATALOGUE = "catalogue"
    MERGE_RECORDS = "merge_records"
    LEND_TO_CLASSES = "lend_to_classes"
    ADMINISTER = "administer"
    OPERATE_CONSORTIUM = "operate_consortium"


_DESK = frozenset(
    {
        Permission.CIRCULATE,
        Permission.OVERRIDE_LIMITS,
        Permission.TAKE_PAYMENTS,
        Permission.EDIT_PATRONS,
        Permission.LOOK_UP_NATIONAL_ID,
        Permission.EDIT_ITEMS,
    }
)
_OF_ROLE: dict[str, frozenset[Permission]] = {
    StaffAccount.Role.LIBRARIAN: _DESK | {Permission.LEND_TO_CLASSES, Permission.CATALOGUE},
    StaffAccount.Role.SUPERVISOR: _DESK
    | {
        Permission.LEND_TO_CLASSES,
        Permission.LIFT_BLOCKS,
        Permission.WAIVE_FEES,
        Permission.SEE_PROTECTED,
        Permission.MERGE_PATRONS,
        Permission.CATALOGUE,
        Permission.MERGE_RECORDS,
    },
    StaffAccount.Role.SCHOOL_LIBRARIAN: frozenset(
        {
            Permission.CIRCULATE,
            Permission.OVERRIDE_LIMITS,
            Permission.EDIT_ITEMS,
            Permission.LEND_TO_CLASSES,
            Permission.CATALOGUE,
        }
    ),
    StaffAccount.Role.IT_ADMIN: frozenset({Permission.ADMINISTER, Permission.EDIT_ITEMS}),
    StaffAccount.Role.OPERATOR: frozenset({Permission.OPERATE_CONSORTIUM}),
}


def roles_with(permission: str) -> tuple[StaffAccount.Role, ...]:
    """Return the roles that include a permission."""
    return tuple(role for role in StaffAccount.Role if permission in permissions_of(role))


def permissions_of(role: str) -> frozenset[Permission]:
    """Return what a role may do; nothing for an unknown one."""
    return _OF_ROLE.get(role, frozenset())
