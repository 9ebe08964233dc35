"""The authorities that all records share: found, made, edited, merged. Records follow a new heading by themselves."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.marc.headings import Parts
from catalogue.rules.authorities import LONGEST_HEADING, as_typed, typed_parts
from catalogue.selectors.authorities import (
    changes_of,
    find_authorities,
    get_authority,
    number_of,
    records_with,
    references_of,
    see_also_of,
    vocabularies,
)
from catalogue.services.authorities import Content, add_authority, save_authority
from catalogue.services.authority_merges import merge_authorities
from catalogue.services.records import Author
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_authorities import KIND_NAMES
from web.words.about_records import record_problems

_SHOWN_TITLES = 20
_FORM = ("GET", "HEAD", "POST")


class AuthorityForm(GuardedForm):
    """An authority's headings and what's said of it; a heading is typed with `$` before each further subfield."""

    heading = forms.CharField(
        label=_("Heading"), max_length=LONGEST_HEADING, help_text=_("Further subfields with $: Holm, Karen $d 1950-")
    )
    variants = forms.CharField(
        label=_("Other headings that lead here"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One on each line"),
    )
    see_also = forms.CharField(
        label=_("See also"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One on each line"),
    )
    caption = forms.CharField(label=_("What the class is about"), required=False, max_length=200)
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kind = kind
        if kind != "CLASS":
            del self.fields["caption"]

    def clean_heading(self) -> str:
        """Refuse what can't be a heading of its kind."""
        self._parts(str(self.cleaned_data["heading"]))
        return str(self.cleaned_data["heading"])

    def clean_variants(self) -> str:
        """Refuse a line that can't be one."""
        return self._lines("variants")

    def clean_see_also(self) -> str:
        """Refuse a line that can't be one."""
        return self._lines("see_also")

    @property
    def content(self) -> Content:
        """What was typed."""
        said = self.cleaned_data
        return Content(
            parts=self._parts(said["heading"]),
            variants=[self._parts(line) for line in said["variants"].splitlines() if line.strip()],
            see_also=[self._parts(line) for line in said["see_also"].splitlines() if line.strip()],
            caption=said.get("caption", ""),
            note=said["note"],
        )

    def _lines(self, name: str) -> str:
        for line in str(self.cleaned_data[name]).splitlines():
            if line.strip():
                self._parts(line)
        return str(self.cleaned_data[name])

    def _parts(self, text: str) -> Parts:
        parts = typed_parts(text, self._kind)
        if parts is None:
            raise ValidationError(gettext("This can't be a heading: %(text)s") % {"text": text.strip()[:60]})
        return parts


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
def authorities(request: StaffRequest) -> HttpResponse:
    """List the authorities that begin with what was typed."""
    find, chosen = _text(request, "find"), _text(request, "vocabulary")
    known = vocabularies()
    vocabulary = next((each for each in known if each.code == chosen), None)
    context = {
        "areas": consortium_areas("authorities"),
        "vocabularies": known,
        "chosen": vocabulary,
        "find": find,
        "kinds": KIND_NAMES.items(),
        "rows": [_row(each) for each in find_authorities(find, vocabulary_id=vocabulary.pk if vocabulary else None)],
    }
    return render(request, "console/authorities.html", context)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(_FORM)
def add(request: StaffRequest, vocabulary: str, kind: str) -> HttpResponse:
    """Make an authority of a kind in a vocabulary."""
    within = next((each for each in vocabularies() if each.code == vocabulary and kind in each.kinds), None)
    if within is None:
        raise Http404
    form = AuthorityForm(posted(request), kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_authority(
                vocabulary=within, kind=kind, content=form.content, author=_author(request), now=timezone.now()
            )
        except RecordRefused as refused:
            _tell(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:authority", pk=added.pk)
    context = {"form": form, "vocabulary": within, "kind_name": KIND_NAMES[kind]}
    return _page(request, context, form.status)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(_FORM)
@edited_in_turn("authority")
def authority(request: StaffRequest, pk: int) -> HttpResponse:
    """Show an authority, the records that have it, and what could be merged into it; save its headings."""
    row = _or_404(pk)
    form = AuthorityForm(posted(request), kind=row.kind, initial=_stored(row))
    if request.method == "POST" and form.is_valid():
        try:
            save_authority(
                authority_id=pk,
                expected_version=row.version,
                content=form.content,
                author=_author(request),
                now=timezone.now(),
            )
        except RecordRefused as refused:
            _tell(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:authority", pk=pk)
    return _page(request, {"form": form, **_about(request, row)}, form.status)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def merge(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Make one authority of two."""
    row, goes = _or_404(pk), _or_404(other)
    versions = [request.POST.get(name, "") for name in ("version", "other_version")]
    numbers = [int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0 for text in versions]
    try:
        merge_authorities(
            winner_id=row.pk,
            winner_version=numbers[0],
            loser_id=goes.pk,
            loser_version=numbers[1],
            author=_author(request),
            now=timezone.now(),
        )
    except RecordRefused as refused:
        for problem in record_problems(refused.reasons):
            messages.error(request, str(problem))
    else:
        messages.success(request, gettext("Saved."))
    return redirect("console:authority", pk=pk)


def _about(request: StaffRequest, row: Any) -> dict[str, Any]:
    titles, text = records_with(row), _text(request, "merge")
    found = find_authorities(text, vocabulary_id=row.vocabulary_id, kinds=[row.kind]) if text else []
    return {
        "authority": row,
        "vocabulary": row.vocabulary,
        "kind_name": KIND_NAMES[row.kind],
        "number": number_of(row),
        "count": titles.count(),
        "titles": list(titles.order_by("-pk")[:_SHOWN_TITLES]),
        "former": [each for each in references_of(row) if each.relation == "FORMER"],
        "see_also": [(each, meant) for each, meant in see_also_of(row) if meant],
        "changes": [each for each in changes_of(row) if each.finished_at is None or each.failed],
        "merge": text,
        "candidates": [_row(each) for each in found if each.authority.pk != row.pk],
    }


def _page(request: StaffRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return render(
        request, "console/authority.html", {"areas": consortium_areas("authorities"), **context}, status=status
    )


def _row(found: Any) -> dict[str, Any]:
    row = found.authority
    return {
        "authority": row,
        "through": found.through,
        "vocabulary": row.vocabulary.name,
        "kind": KIND_NAMES[row.kind],
        "number": number_of(row),
    }


def _stored(row: Any) -> dict[str, Any]:
    lines: dict[str, list[str]] = {"VARIANT": [], "SEE_ALSO": [], "FORMER": []}
    for each in references_of(row):
        lines[each.relation].append(as_typed(each.parts))
    return {
        "heading": as_typed(row.parts),
        "variants": "\n".join(lines["VARIANT"]),
        "see_also": "\n".join(lines["SEE_ALSO"]),
        "caption": row.caption,
        "note": row.note,
    }


def _tell(form: AuthorityForm, refused: RecordRefused) -> None:
    for problem in record_problems(refused.reasons):
        form.add_error(None, str(problem))


def _author(request: StaffRequest) -> Author:
    return Author(request.staff.account, None)


def _text(request: StaffRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "")[:LONGEST_HEADING].strip()


def _or_404(pk: int) -> Any:
    row = get_authority(pk)
    if row is None or row.merged_into_id is not None:
        raise Http404
    return row
