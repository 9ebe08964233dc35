"""Municipalities, their hosts, the consortium's templates, and the record of nightly jobs. All in the shared schema."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tenants.models import DomainMixin, TenantMixin


class Municipality(TenantMixin):
    """A member of the consortium; one PostgreSQL schema."""

    class State(models.TextChoices):
        """Whether the municipality's people can use the system."""

        BEING_PROVISIONED = "BEING_PROVISIONED", _("being set up")
        IN_SERVICE = "IN_SERVICE", _("in service")
        SUSPENDED = "SUSPENDED", _("suspended")

    class Country(models.TextChoices):
        """Where it lies: decides on holidays and defaults."""

        DENMARK = "DK", _("Denmark")
        SWEDEN = "SE", _("Sweden")
        FINLAND = "FI", _("Finland")
        NORWAY = "NO", _("Norway")

    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2, choices=Country)
    state = models.CharField(max_length=20, choices=State, default=State.BEING_PROVISIONED)
    population = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=2, default="da")
    currency = models.CharField(max_length=3, default="DKK")
    time_zone = models.CharField(max_length=40, default="Europe/Copenhagen")
    template = models.ForeignKey("tenants.PolicyTemplate", on_delete=models.PROTECT, related_name="+", null=True)
    theme = models.JSONField(default=dict, blank=True)
    # Keys: item and card, each {"prefix", "length", "check_digit"}.
    barcode_schemes = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    suspended_reason = models.CharField(max_length=200, blank=True)

    # Provisioning clones the template schema instead of migrating a new one.
    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        """Constraints and order."""

        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["name"], name="municipality_name_once"),
            models.CheckConstraint(
                condition=Q(schema_name__regex=r"^[a-z][a-z0-9_]{0,48}$") | Q(schema_name="public"),
                name="municipality_schema_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_consortium(self) -> bool:
        """Whether this row stands for the consortium itself, whose schema is the shared one."""
        return self.schema_name == "public"


class Domain(DomainMixin):
    """A host name that a municipality answers on."""


class PolicyTemplate(models.Model):
    """Categories, item types and rules that municipalities follow until they decide otherwise."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2, choices=Municipality.Country)
    # Lists of {"code", "name": {language: text}, ...} that a new municipality starts with.
    patron_categories = models.JSONField(default=list)
    item_types = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class TemplateRule(models.Model):
    """One row of a template's circulation rules; an empty code means any, an empty day always."""

    template = models.ForeignKey(PolicyTemplate, on_delete=models.CASCADE, related_name="rules")
    patron_category = models.CharField(max_length=30, blank=True)
    item_type = models.CharField(max_length=30, blank=True)
    # As `CirculationRule` has them: OWN, PARTNER or ELSEWHERE as each municipality sees it, the first and the last day.
    residence = models.CharField(max_length=9, blank=True, default="", db_default="")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    values = models.JSONField(default=dict)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["template", "patron_category", "item_type", "residence", "valid_from"],
                name="template_rule_once_at_a_time",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="template_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {self.patron_category or '*'} × {self.item_type or '*'}"


class TemplateChange(models.Model):
    """One value of one row of a template, before and after: the history that a change is undone by."""

    rule = models.ForeignKey(TemplateRule, on_delete=models.CASCADE, related_name="changes")
    name = models.CharField(max_length=60)
    # {"value": …} where the row set it, {} where it didn't.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # The row's last day, which goes with the value.
    until_before = models.DateField(null=True)
    until_after = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    undoes = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="undone_by")

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} of template rule {self.rule_id}"


class IdentityProvider(models.Model):
    """Where a municipality's people log in by OpenID Connect; the consortium's own row is what members can follow."""

    class Kind(models.TextChoices):
        """Who logs in there."""

        STAFF = "STAFF", _("the municipality's login for its staff")
        UNILOGIN = "UNILOGIN", _("Unilogin for pupils and school staff")

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="identity_providers")
    kind = models.CharField(max_length=10, choices=Kind)
    is_on = models.BooleanField(default=False)
    # All of what follows but the institutions is the consortium's then: a secret goes to the address that it's for.
    follows_consortium = models.BooleanField(default=False)
    name = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=200, blank=True)
    # Encrypted; empty for a client that has none.
    client_secret = models.CharField(max_length=1000, blank=True)
    subject_claim = models.CharField(max_length=60, default="sub")
    acr_values = models.CharField(max_length=200, blank=True)
    factor_claim = models.CharField(max_length=60, default="acr")
    factor_values = models.JSONField(default=list, blank=True)
    institutions = models.JSONField(default=list, blank=True)
    links_by_email = models.BooleanField(default=False)

    class Meta:
        """One of each kind."""

        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind"], name="identity_provider_once"),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(follows_consortium=True) | ~Q(issuer="") & ~Q(client_id=""),
                name="identity_provider_is_known_when_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.kind}"

    @property
    def label(self) -> str:
        """What the button that leads there is called."""
        return self.name or ("Unilogin" if self.kind == self.Kind.UNILOGIN else str(self.issuer))


class SchemaSnapshot(models.Model):
    """The template schema as SQL, replayed with another name to provision a municipality."""

    fingerprint = models.CharField(max_length=64, unique=True)
    sql = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint[:12]


class ProvisioningRun(models.Model):
    """One attempt to put a municipality into service, written while it's under way so that a page can follow it."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "QUEUED", _("queued")
        RUNNING = "RUNNING", _("running")
        DONE = "DONE", pgettext_lazy("state of a job", "done")
        FAILED = "FAILED", _("failed")

    # What was asked for: name, host_label, country, template_code, population, first_admin_email.
    wanted = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    # As they happen: [{"step", "state", "seconds"}].
    steps = models.JSONField(default=list)
    # Why it failed: [{"code", "facts"}]; nothing of it is left behind then.
    problems = models.JSONField(default=list)
    municipality = models.ForeignKey(
        Municipality, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # The consortium's staff account; the room that keeps accounts stands above this one.
    started_by = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """The console lists the newest."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.wanted.get('name')} {self.state}"


class JobRun(models.Model):
    """One run of a job for one municipality: counts only, nothing about people."""

    class State(models.TextChoices):
        """How it went."""

        # Begun by hand, and until `started_at` it can be taken back.
        WAITING = "WAITING", pgettext_lazy("state of a job", "waiting")
        RUNNING = "RUNNING", _("running")
        DONE = "DONE", pgettext_lazy("state of a job", "done")
        FAILED = "FAILED", _("failed")

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="job_runs")
    job = models.CharField(max_length=40)
    local_day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)
    started_by_hand = models.BooleanField(default=False)

    class Meta:
        """The console reads the newest run of each job."""

        ordering = ("-started_at",)
        indexes = [models.Index(fields=["municipality", "job", "-started_at"], name="job_run_newest")]

    def __str__(self) -> str:
        return f"{self.job} {self.local_day} {self.state}"

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it's running."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None
