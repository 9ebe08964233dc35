from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The desks go on while the index is made.
    atomic = False

    dependencies = [
        ('circulation', '0011_recalled_for'),
    ]

    operations = [
        # Asked whenever a hold ends: which open loans were called back for it.
        AddIndexConcurrently(
            model_name='loan',
            index=models.Index(condition=models.Q(('recalled_for__isnull', False)), fields=['recalled_for'], name='loan_recalled_for'),
        ),
    ]
