from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    # The desks go on while the indexes are made and the rows are checked.
    atomic = False

    dependencies = [
        ('circulation', '0006_money'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='fee',
            index=models.Index(condition=models.Q(('liable__isnull', False)), fields=['liable'], name='fee_of_liable'),
        ),
        AddIndexConcurrently(
            model_name='ledgerentry',
            index=models.Index(condition=models.Q(('till__isnull', False)), fields=['till', 'at'], name='entry_of_till'),
        ),
        AddIndexConcurrently(
            model_name='ledgerentry',
            index=models.Index(condition=models.Q(('kind', 'CHARGE')), fields=['at'], name='entry_charge_at'),
        ),
        ValidateConstraint(model_name='fee', name='fee_balance_not_below_zero'),
        ValidateConstraint(model_name='fee', name='credit_not_above_zero'),
        ValidateConstraint(model_name='ledgerentry', name='entry_sign_of_kind'),
    ]
