from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalogue", "0029_headings_of_local_fields")]

    operations = [
        AddIndexConcurrently(
            model_name="recordheadings",
            index=GinIndex(fields=["local_keys"], name="record_headings_local"),
        ),
    ]
