import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Asked at every check-in: which holds take an item of another edition.
    atomic = False

    dependencies = [("circulation", "0004_holds")]

    operations = [
        AddIndexConcurrently(
            model_name="hold",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("any_edition", True), ("state", "QUEUED")),
                fields=["edition_ids"],
                name="hold_any_edition",
            ),
        ),
    ]
