from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0003_printed_letters'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('COURTESY', 'due soon'), ('RENEWED', 'renewed by itself'), ('NOT_RENEWED', "couldn't be renewed by itself"), ('OVERDUE_1', 'first reminder'), ('OVERDUE_2', 'second reminder'), ('OVERDUE_3', 'last reminder'), ('RECALL', 'recall'), ('INVOICE', 'invoice'), ('INVOICE_REMINDER', 'reminder of an invoice'), ('DEBT_COLLECTION', 'before debt collection'), ('HOLD_READY', 'hold ready'), ('HOLD_EXPIRED', 'hold not collected'), ('HOLD_INTEREST_ENDS', 'hold ends soon'), ('HOLD_CANCELLED', 'hold cancelled by the library'), ('MEMBERSHIP_ENDS', 'membership ends soon'), ('RECEIPT', 'receipt'), ('DIGEST', 'several messages in one')], max_length=20),
        ),
        migrations.AlterField(
            model_name='noticetemplate',
            name='kind',
            field=models.CharField(choices=[('COURTESY', 'due soon'), ('RENEWED', 'renewed by itself'), ('NOT_RENEWED', "couldn't be renewed by itself"), ('OVERDUE_1', 'first reminder'), ('OVERDUE_2', 'second reminder'), ('OVERDUE_3', 'last reminder'), ('RECALL', 'recall'), ('INVOICE', 'invoice'), ('INVOICE_REMINDER', 'reminder of an invoice'), ('DEBT_COLLECTION', 'before debt collection'), ('HOLD_READY', 'hold ready'), ('HOLD_EXPIRED', 'hold not collected'), ('HOLD_INTEREST_ENDS', 'hold ends soon'), ('HOLD_CANCELLED', 'hold cancelled by the library'), ('MEMBERSHIP_ENDS', 'membership ends soon'), ('RECEIPT', 'receipt'), ('DIGEST', 'several messages in one')], max_length=20),
        ),
    ]
