from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalogue", "0002_versions")]

    operations = [
        AddIndexConcurrently(
            model_name='bibliographicrecord',
            index=models.Index(condition=models.Q(('part_of', ''), _negated=True), fields=['part_of'], name='record_part_of'),
        ),
    ]
