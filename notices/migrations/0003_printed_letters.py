from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('notices', '0002_channels_and_print_runs'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='notice',
            index=models.Index(condition=models.Q(('print_run__isnull', False)), fields=['print_run'], name='notice_printed'),
        ),
    ]
