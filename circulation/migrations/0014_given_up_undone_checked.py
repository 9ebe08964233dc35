from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    # The desks go on while the rows are checked.
    atomic = False

    dependencies = [
        ('circulation', '0013_given_up_undone'),
    ]

    operations = [
        ValidateConstraint(model_name='ledgerentry', name='entry_sign_of_kind'),
    ]
