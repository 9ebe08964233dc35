"""Other libraries' catalogues that cataloguers get records from: a municipality's own, and the consortium's for all."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from catalogue.remote.asking import check_target, speaks_z3950
from catalogue.remote.z3950.client import SYNTAXES
from catalogue.selectors.remote_targets import targets_for
from catalogue.services.remote_targets import VERSIONS, add_remote_target, is_index, is_schema, remove_remote_target
from common.remote_sources import RemoteFailed
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import areas_of
from web.ui.forms import posted
from web.words.about_sources import TROUBLES


class TargetForm(forms.Form):
    """A catalogue that answers SRU or Z39.50."""

    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("https://library.example/sru for SRU, z39.50s://library.example:210/database for Z39.50"),
    )
    version = forms.ChoiceField(label=_("Version of SRU"), choices=[(each, each) for each in VERSIONS])
    record_schema = forms.CharField(
        label=_("Record schema"),
        max_length=80,
        initial="marcxml",
        help_text="marcxml, marcxchange, danmarc2 … (Z39.50: marc21)",
    )
    isbn_index = forms.CharField(
        label=_("Its index for ISBN"),
        max_length=40,
        initial="bath.isbn",
        help_text="bath.isbn, dc.identifier … (Z39.50: 7)",
    )
    title_index = forms.CharField(
        label=_("Its index for titles"), max_length=40, required=False, help_text="dc.title, dkcclterm.ti … (Z39.50: 4)"
    )
    author_index = forms.CharField(
        label=_("Its index for authors"),
        max_length=40,
        required=False,
        help_text="dc.creator, dkcclterm.fo … (Z39.50: 1003)",
    )

    def clean_address(self) -> str:
        """Refuse what can't be asked."""
        address = str(self.cleaned_data["address"])
        try:
            check_target(address)
        except RemoteFailed as failed:
            raise ValidationError(str(TROUBLES[failed.trouble])) from failed
        return address

    def clean_record_schema(self) -> str:
        """Refuse what can't be asked for."""
        schema = str(self.cleaned_data["record_schema"])
        if not is_schema(schema, address=self.cleaned_data.get("address", "")):
            raise ValidationError(gettext("In Z39.50, this is one of %(names)s.") % {"names": ", ".join(SYNTAXES)})
        return schema

    def clean_isbn_index(self) -> str:
        """Refuse what would be more than an index's name."""
        return self._index("isbn_index")

    def clean_title_index(self) -> str:
        """Refuse the same; empty where it's asked for ISBNs only."""
        return self._index("title_index")

    def clean_author_index(self) -> str:
        """Refuse the same."""
        return self._index("author_index")

    def _index(self, name: str) -> str:
        index = str(self.cleaned_data[name])
        if index and not is_index(index, address=self.cleaned_data.get("address", "")):
            raise ValidationError(gettext("This can't be an index."))
        return index


def _listed(permission: str) -> Callable[..., HttpResponse]:
    @staff_only(permission)
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: StaffRequest) -> HttpResponse:
        """List the catalogues that are asked, and name one."""
        form = TargetForm(posted(request))
        if request.method == "POST" and form.is_valid():
            add_remote_target(municipality=request.tenant, actor=request.staff.account, **form.cleaned_data)
            messages.success(request, gettext("Saved."))
            return redirect("console:remote_targets")
        is_consortium = request.tenant.is_consortium
        context = {
            "areas": areas_of(request, "catalogues" if is_consortium else "imports"),
            "is_consortium": is_consortium,
            "form": form,
            "targets": [
                {
                    "target": target,
                    "is_own": target.municipality_id == request.tenant.pk,
                    "protocol": "Z39.50" if speaks_z3950(target.address) else f"SRU {target.version}",
                }
                for target in targets_for(request.tenant)
            ],
        }
        return render(request, "console/remote_targets.html", context, status=422 if form.errors else 200)

    return view


def _remove(permission: str) -> Callable[..., HttpResponse]:
    @staff_only(permission)
    @require_POST
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        """Ask one of them no more."""
        if not remove_remote_target(target_id=pk, municipality=request.tenant, actor=request.staff.account):
            raise Http404
        messages.success(request, gettext("Saved."))
        return redirect("console:remote_targets")

    return view


listed, remove = _listed(Permission.ADMINISTER), _remove(Permission.ADMINISTER)
listed_for_all, remove_for_all = _listed(Permission.OPERATE_CONSORTIUM), _remove(Permission.OPERATE_CONSORTIUM)
