from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalogue", "0016_works")]

    operations = [
        AddIndexConcurrently(
            model_name="bibliographicrecord",
            index=models.Index(
                condition=models.Q(("work_key", ""), _negated=True), fields=["work_key"], name="record_work_key"
            ),
        ),
        AddIndexConcurrently(
            model_name="bibliographicrecord",
            index=models.Index(
                condition=models.Q(("work_key", None)), fields=["id"], name="record_without_work_key"
            ),
        ),
    ]
