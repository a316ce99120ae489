
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Looked',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('series', models.PositiveIntegerField()),
                ('found', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=12)),
                ('matter', models.CharField(blank=True, max_length=40)),
                ('place', models.CharField(max_length=12)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('observed', models.PositiveIntegerField()),
                ('expected', models.FloatField()),
                ('upper', models.FloatField()),
                ('p', models.FloatField()),
                ('curve', models.JSONField(default=list)),
                ('parts', models.JSONField(blank=True, default=list)),
                ('source', models.CharField(blank=True, max_length=10)),
                ('source_count', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(default='open', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('found_at', models.DateTimeField()),
                ('state_at', models.DateTimeField()),
                ('state_by', models.CharField(max_length=60)),
                ('first_word_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', '-last_day'], name='finding_standing')],
                'constraints': [models.UniqueConstraint(fields=('matter', 'place', 'first_day'), name='finding_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('rise', 'bulk_entry'))), name='finding_kind'), models.CheckConstraint(condition=models.Q(('state__in', ('open', 'watched', 'explained'))), name='finding_state'), models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='finding_days'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'explained'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state', 'explained'), _negated=True), ('reason', '')), _connector='OR'), name='finding_explained_by_reason')],
            },
        ),
    ]
