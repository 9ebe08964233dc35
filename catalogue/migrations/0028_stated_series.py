from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0027_records_without_series")]

    operations = [
        migrations.AddField(
            model_name="bibliographicrecord",
            name="stated_series",
            field=ArrayField(base_field=models.TextField(), blank=True, null=True, size=None),
        ),
    ]
