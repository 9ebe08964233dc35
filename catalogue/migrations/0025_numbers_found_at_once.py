from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

INDEXES = {"record_isbns": "isbns", "record_issns": "issns"}


def _altered(name):
    """Change the index where it stands: making it anew would hold up whoever writes records."""
    return migrations.RunSQL(
        f"ALTER INDEX {name} SET (fastupdate = off); SELECT gin_clean_pending_list('{name}')",
        f"ALTER INDEX {name} RESET (fastupdate)",
    )


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0024_followed_from_version"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[_altered(name) for name in INDEXES],
            state_operations=[
                operation
                for name, field in INDEXES.items()
                for operation in (
                    migrations.RemoveIndex(model_name="bibliographicrecord", name=name),
                    migrations.AddIndex(
                        model_name="bibliographicrecord",
                        index=GinIndex(fastupdate=False, fields=[field], name=name),
                    ),
                )
            ],
        ),
    ]
