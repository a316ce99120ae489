"""What explains a rise, where cases wander, when things happen, suggested floods, what a measure was compared with."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insight', '0005_process'),
    ]

    operations = [
        migrations.AddField(
            model_name='measureeffect',
            name='compared',
            field=models.JSONField(default=list),
        ),
        migrations.CreateModel(
            name='Explained',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('before', models.FloatField()),
                ('now', models.PositiveIntegerField()),
                ('until', models.DateField()),
                ('parts', models.JSONField(default=list)),
                ('links', models.JSONField(default=list)),
                ('tried', models.PositiveIntegerField(default=0)),
                ('days', models.PositiveSmallIntegerField(default=0)),
                ('why', models.CharField(blank=True, max_length=20)),
                ('made_at', models.DateTimeField()),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insight.finding')),
            ],
        ),
        migrations.CreateModel(
            name='Flood',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sign', models.CharField(max_length=8)),
                ('about', models.CharField(default='place', max_length=8)),
                ('matter', models.CharField(blank=True, max_length=40)),
                ('place', models.CharField(blank=True, max_length=12)),
                ('since_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('voices', models.PositiveIntegerField()),
                ('chance', models.FloatField()),
                ('evidence', models.JSONField(default=dict)),
                ('cases', models.JSONField(default=list)),
                ('state', models.CharField(default='open', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('found_at', models.DateTimeField()),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('judged_by', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'indexes': [models.Index(fields=['state', '-found_at'], name='flood_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sign__in', ('like', 'fresh'))), name='flood_sign'), models.CheckConstraint(condition=models.Q(('about__in', ('place', 'officer'))), name='flood_about'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('state', 'open')), models.Q(('state__in', ('flood', 'ordinary')), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='flood_judged_by_reason'), models.CheckConstraint(condition=models.Q(('about', 'place'), models.Q(('matter', ''), ('place', '')), _connector='OR'), name='flood_officer_without_trace')],
            },
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('giver', models.CharField(max_length=40)),
                ('taker', models.CharField(max_length=40)),
                ('cases', models.PositiveIntegerField()),
                ('returned', models.PositiveIntegerField(default=0)),
                ('reasons', models.JSONField(default=dict)),
                ('behind', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['-returned', '-cases'], name='passage_largest'), models.Index(fields=['taker'], name='passage_taker')],
                'constraints': [models.UniqueConstraint(fields=('giver', 'taker'), name='passage_once'), models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='passage_to_another')],
            },
        ),
        migrations.CreateModel(
            name='Rhythm',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.CharField(max_length=12)),
                ('matter', models.CharField(blank=True, max_length=40)),
                ('until', models.DateField()),
                ('days', models.PositiveSmallIntegerField()),
                ('cases', models.PositiveIntegerField()),
                ('cells', models.JSONField()),
                ('voices', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('place', 'matter'), name='rhythm_once')],
            },
        ),
        migrations.CreateModel(
            name='Station',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organ', models.CharField(max_length=40, unique=True)),
                ('until', models.DateField()),
                ('days', models.PositiveSmallIntegerField()),
                ('came', models.PositiveIntegerField()),
                ('went', models.PositiveIntegerField()),
                ('kept', models.FloatField(blank=True, null=True)),
                ('through', models.FloatField()),
                ('circle', models.PositiveSmallIntegerField(default=0)),
                ('returns', models.PositiveIntegerField(default=0)),
                ('held', models.FloatField(blank=True, null=True)),
                ('stuck', models.PositiveIntegerField(default=0)),
                ('visits', models.FloatField(default=0.0)),
                ('behind', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['-came'], name='station_largest')],
            },
        ),
    ]
