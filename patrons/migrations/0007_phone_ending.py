from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Right


class Migration(migrations.Migration):
    # The desk's search: phone numbers are found however they're written.
    atomic = False

    dependencies = [("patrons", "0006_notes_of_patrons")]

    operations = [
        AddIndexConcurrently(
            model_name="patron",
            index=models.Index(
                Right(
                    models.Func(
                        models.F("phone"),
                        models.Value("\\D"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                    ),
                    8,
                ),
                condition=models.Q(("phone", ""), _negated=True),
                name="patron_phone_ending",
            ),
        ),
        # Without it the release before searches as right as ever, only slower.
        RemoveIndexConcurrently(model_name="patron", name="patron_phone"),
    ]
