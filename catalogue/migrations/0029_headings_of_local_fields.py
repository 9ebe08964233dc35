import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0028_stated_series'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowedEnrichment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('before', models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='recordheadings',
            name='local_keys',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, null=True, size=None),
        ),
        migrations.AddField(
            model_name='followedenrichment',
            name='change',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalogue.headingchange'),
        ),
        migrations.AddField(
            model_name='followedenrichment',
            name='enrichment',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalogue.enrichment'),
        ),
        migrations.AddConstraint(
            model_name='followedenrichment',
            constraint=models.UniqueConstraint(fields=('change', 'enrichment'), name='followed_enrichment_once'),
        ),
        # What libraries have laid over records until now hasn't been read.
        migrations.RunSQL(
            "UPDATE catalogue_headingprogress SET filled_to = 0 WHERE EXISTS (SELECT FROM catalogue_enrichment)",
            migrations.RunSQL.noop,
            elidable=True,
        ),
    ]
