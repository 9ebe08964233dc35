from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('circulation', '0012_recalled_for_index'),
    ]

    operations = [
        # A waiver that's undone is an entry of its own, with the other sign.
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='entry_sign_of_kind',
        ),
        AddConstraintNotValid(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('kind__in', ['CHARGE', 'REFUND'])), ('kind__in', ['CORRECTION', 'CREDIT']), models.Q(('amount__lt', 0), ('kind__in', ['PAYMENT', 'WAIVER', 'WRITE_OFF'])), models.Q(('key__startswith', 'given-up-undone:'), ('kind__in', ['WAIVER', 'WRITE_OFF'])), _connector='OR'), name='entry_sign_of_kind'),
        ),
    ]
