"""The rooms of the house, from top to bottom."""

ROOMS = (
    "libsys bench web interop schools circulation notices patrons staffing accounts holdings catalogue tenants common"
).split()
