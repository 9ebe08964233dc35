"""A dialog with its form, as the desk's pages show it."""

from dataclasses import dataclass

from django import forms


@dataclass(frozen=True)
class Dialog:
    """A dialog with its form, ready for the page.

    :ivar save: the word on its button
    """

    id: str
    heading: str
    url: str
    save: str
    form: forms.Form
