from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalogue", "0009_import_profiles")]

    operations = [
        AddIndexConcurrently(
            model_name="bibliographicrecord",
            index=models.Index(
                condition=models.Q(("title_key", ""), _negated=True), fields=["title_key"], name="record_title_key"
            ),
        ),
        AddIndexConcurrently(
            model_name="bibliographicrecord",
            index=models.Index(
                condition=models.Q(("title_key", None)), fields=["id"], name="record_without_title_key"
            ),
        ),
    ]
