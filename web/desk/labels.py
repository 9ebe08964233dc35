"""Labels for items: barcodes and spines, for a list of barcodes or what another page shows, as a PDF to print."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.labels import SHEETS, BarcodeLabel, LabelRefused, SpineLabel, labels_pdf
from circulation.selectors.item_lists import items_with_barcodes
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.forms_bulk import BarcodesForm
from web.desk.item_areas import item_pages
from web.desk.item_searches import barcodes_asked
from web.ui.forms import posted

_SESSION = "labels"
_KEPT = ("what", "sheet", "kind")
_MOST_PLACES = max(sheet.places for sheet in SHEETS.values())


class LabelsForm(BarcodesForm):
    """Which labels, on which sheets, from which place on."""

    longest = 1000

    what = forms.ChoiceField(
        label=_("Labels"),
        choices=[
            ("BARCODE", _("Barcodes")),
            ("SPINE", _("Spines")),
            ("BOTH", _("Barcode and spine side by side")),
        ],
    )
    sheet = forms.ChoiceField(
        label=_("Sheets"),
        choices=[
            ("A4-3x8", _("A4, 3 × 8 labels of 70 × 37 mm")),
            ("A4-5x13", _("A4, 5 × 13 labels of 38 × 21 mm")),
            ("ROLL-57x32", _("Roll, labels of 57 × 32 mm")),
        ],
    )
    first = forms.IntegerField(
        label=_("Begin at label"),
        help_text=_("Counted row by row on a sheet that has been begun."),
        initial=1,
        min_value=1,
        max_value=_MOST_PLACES,
    )
    kind = forms.ChoiceField(
        label=_("Kind of bars"), choices=[("CODE128", "Code 128"), ("CODE39", "Code 39"), ("EAN13", "EAN-13")]
    )

    def clean(self) -> dict[str, Any]:
        """Check that the sheet has the place to begin at."""
        values = super().clean()
        sheet, first = SHEETS.get(values.get("sheet", "")), values.get("first")
        if sheet and first and first > sheet.places:
            told = ngettext("This sheet has %(count)d label.", "This sheet has %(count)d labels.", sheet.places)
            self.add_error("first", told % {"count": sheet.places})
        return values


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(("GET", "HEAD", "POST"))
def labels(request: DeskRequest) -> HttpResponse:
    """Show the form, or give the labels as a file; how they're printed is kept for as long as she's logged in."""
    form = LabelsForm(
        posted(request),
        request.FILES if request.method == "POST" else None,
        initial=None if request.method == "POST" else _initial(request),
    )
    if form.is_bound and form.is_valid():
        request.session[_SESSION] = {name: form.cleaned_data[name] for name in _KEPT}
        if file := _file(request, form):
            return file
    context = {"areas": desk_areas(request, "search"), "choices": item_pages(request, "labels"), "form": form}
    return render(request, "desk/labels.html", context, status=form.status)


def _initial(request: DeskRequest) -> dict[str, Any]:
    return {**request.session.get(_SESSION, {}), "barcodes": "\n".join(barcodes_asked(request))}


def _file(request: DeskRequest, form: LabelsForm) -> HttpResponse | None:
    """Return the labels, or leave on the form why there are none."""
    values = form.cleaned_data
    items = items_with_barcodes(values["barcodes"])
    known = {item.barcode for item in items}
    for barcode in [each for each in values["barcodes"] if each not in known][:5]:
        form.add_error("barcodes", gettext("No item has the barcode %(barcode)s.") % {"barcode": barcode[:64]})
    if form.errors:
        return None
    drawn: list[BarcodeLabel | SpineLabel] = []
    for item in items:
        if values["what"] != "SPINE":
            drawn.append(BarcodeLabel(item.barcode, values["kind"], request.tenant.name, item.record.title))
        if values["what"] != "BARCODE":
            drawn.append(SpineLabel(item.call_number, item.location.name if item.location else ""))
    try:
        pdf = labels_pdf(drawn, sheet=SHEETS[values["sheet"]], first=values["first"], title=gettext("Labels"))
    except LabelRefused as refused:
        told = (
            gettext("%(barcode)s is too long for these labels. Choose larger ones, or Code 128.")
            if refused.is_too_wide
            else gettext("%(barcode)s can't be printed as bars of this kind.")
        )
        form.add_error("sheet" if refused.is_too_wide else "kind", told % {"barcode": refused.barcode})
        return None
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return response
