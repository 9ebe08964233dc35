from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0025_numbers_found_at_once")]

    operations = [
        migrations.AddField(
            model_name="bibliographicrecord",
            name="all_series",
            field=ArrayField(base_field=models.TextField(), blank=True, null=True, size=None),
        ),
    ]
