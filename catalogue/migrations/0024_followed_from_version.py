from django.db import migrations, models
from django.db.models import F


def note_versions_before(apps, schema_editor):
    """Until now, what a merge gave a record was always the version behind the one that it had."""
    apps.get_model("catalogue", "FollowedRecord").objects.update(before=F("version") - 1)


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0023_items_of_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="followedrecord",
            name="before",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(note_versions_before, migrations.RunPython.noop, elidable=True),
    ]
