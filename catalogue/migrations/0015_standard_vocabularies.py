"""The vocabularies that Nordic libraries use, ready to be filled."""

from django.db import migrations

NAMES, SUBJECTS, CLASSES = ["PERSON", "CORPORATE"], ["SUBJECT"], ["CLASS"]
# Code, name, the agency in records' numbers, how records name it in $2, and what it has.
STANDARD = (
    ("own-names", "Names, our own", "libsys", "", NAMES),
    ("own-subjects", "Subjects, our own", "libsys", "libsys", SUBJECTS),
    ("dbc-names", "DBC: navne", "870979", "", NAMES),
    ("dbc", "DBC: emneord", "870979", "dbc", SUBJECTS),
    ("finaf", "KANTO – nimet", "FI-ASTERI-N", "", NAMES),
    ("yso-fi", "YSO, suomi", "http://www.yso.fi/onto/yso", "yso/fin", SUBJECTS),
    ("yso-sv", "ALLFO, svenska", "http://www.yso.fi/onto/yso", "yso/swe", SUBJECTS),
    ("sao", "Svenska ämnesord", "https://id.kb.se/term/sao", "sao", SUBJECTS),
    ("dk5", "DK5", "dk5", "dk5", CLASSES),
    ("sab", "SAB", "kssb", "kssb", CLASSES),
    ("ykl", "YKL", "ykl", "ykl", CLASSES),
    ("udc", "UDC", "udc", "udc", CLASSES),
    ("ddc", "Dewey", "ddc", "ddc", CLASSES),
)


def add_standard(apps, schema_editor):
    Vocabulary = apps.get_model("catalogue", "Vocabulary")
    for code, name, agency, scheme, kinds in STANDARD:
        Vocabulary.objects.get_or_create(
            code=code, defaults={"name": name, "agency": agency, "scheme": scheme, "kinds": kinds}
        )


class Migration(migrations.Migration):

    dependencies = [("catalogue", "0014_authorities")]

    operations = [migrations.RunPython(add_standard, migrations.RunPython.noop)]
