from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalogue", "0026_all_series")]

    operations = [
        AddIndexConcurrently(
            model_name="bibliographicrecord",
            index=models.Index(condition=models.Q(("all_series", None)), fields=["id"], name="record_without_series"),
        ),
    ]
