from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("patrons", "0007_phone_ending"),
    ]

    operations = [
        migrations.AddField(
            model_name="patron",
            name="forgotten_claims",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
