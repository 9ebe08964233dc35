"""Notes move from a column of the patron into a table of their own.

The column stays in the database until no code of the release before runs any more; the next release drops it.
"""

from django.db import migrations

COPY = """
    INSERT INTO patrons_patronnote
           (patron_id, text, pops_up, only_once, written_by, written_at, read_by, ended_by)
    SELECT id, note, false, false, '', created_at, '', '' FROM patrons_patron WHERE note <> ''
"""


class Migration(migrations.Migration):
    """Copy the texts, and let rows be written without the column."""

    dependencies = [("patrons", "0005_desk_patrons")]

    operations = [
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="patron", name="note")],
            database_operations=[
                migrations.RunSQL("ALTER TABLE patrons_patron ALTER COLUMN note SET DEFAULT ''", migrations.RunSQL.noop)
            ],
        ),
    ]
