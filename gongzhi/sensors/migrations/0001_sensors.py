"""Sensors, rules, readings and hours, exceedances, notices, refusals by day, keys of owners."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Refused',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('sensor', models.CharField(blank=True, max_length=40)),
                ('reason', models.CharField(max_length=20)),
                ('count', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'sensor', 'reason'), name='refused_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Sensor',
            fields=[
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(max_length=80)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('model', models.CharField(blank=True, max_length=120)),
                ('organ', models.CharField(max_length=40)),
                ('grid', models.CharField(blank=True, max_length=15)),
                ('division', models.CharField(max_length=12)),
                ('lon', models.FloatField(blank=True, null=True)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('quantity', models.CharField(max_length=20)),
                ('unit', models.CharField(max_length=20)),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('interval', models.PositiveIntegerField()),
                ('silent_times', models.PositiveSmallIntegerField(default=3)),
                ('upkeep', models.CharField(max_length=40)),
                ('public', models.BooleanField(default=False)),
                ('health', models.CharField(default='unheard', max_length=8)),
                ('health_since', models.DateTimeField()),
                ('last_at', models.DateTimeField(blank=True, null=True)),
                ('last_value', models.FloatField(blank=True, null=True)),
                ('heard_at', models.DateTimeField(blank=True, null=True)),
                ('odd', models.PositiveSmallIntegerField(default=0)),
                ('passed', models.PositiveBigIntegerField(default=0)),
                ('refused', models.PositiveBigIntegerField(default=0)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organ'], name='sensor_owner')],
                'constraints': [models.CheckConstraint(condition=models.Q(('health__in', ('unheard', 'ok', 'silent', 'faulty'))), name='sensor_health'), models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='sensor_range'), models.CheckConstraint(condition=models.Q(('interval__gte', 1), ('silent_times__gte', 1)), name='sensor_interval'), models.CheckConstraint(condition=models.Q(models.Q(('lat__isnull', True), ('lon__isnull', True)), models.Q(('lat__isnull', False), ('lon__isnull', False)), _connector='OR'), name='sensor_pin_paired')],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=5)),
                ('threshold', models.FloatField()),
                ('back', models.FloatField()),
                ('seconds', models.PositiveIntegerField()),
                ('matter', models.CharField(max_length=40)),
                ('since', models.DateTimeField(blank=True, null=True)),
                ('peak', models.FloatField(blank=True, null=True)),
                ('told', models.BooleanField(default=False)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
                ('sensor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensors.sensor')),
            ],
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('value', models.FloatField()),
                ('noted_at', models.DateTimeField()),
                ('sensor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensors.sensor')),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=8)),
                ('begun_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.UUIDField(db_index=True)),
                ('voice', models.UUIDField()),
                ('number', models.CharField(max_length=24)),
                ('sensor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensors.sensor')),
            ],
        ),
        migrations.CreateModel(
            name='Hour',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
                ('mean', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('sensor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensors.sensor')),
            ],
        ),
        migrations.CreateModel(
            name='SensorKey',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key_hash', models.BinaryField(max_length=32, unique=True)),
                ('label', models.CharField(max_length=80)),
                ('organ', models.CharField(max_length=40)),
                ('per_hour', models.PositiveIntegerField()),
                ('used', models.PositiveIntegerField(default=0)),
                ('used_since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('per_hour__gte', 1)), name='sensor_key_limit')],
            },
        ),
        migrations.CreateModel(
            name='Exceedance',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('begun_at', models.DateTimeField()),
                ('told_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('peak', models.FloatField()),
                ('case', models.UUIDField()),
                ('number', models.CharField(max_length=24)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensors.rule')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('rule',), name='exceedance_one')],
            },
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('above', 'below', 'rise', 'fall'))), name='sensor_rule_kind'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('sensor', 'code'), name='sensor_rule_once'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('sensor', 'at'), name='reading_once'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('silent', 'faulty'))), name='sensor_notice_kind'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('cleared_at__isnull', True)), fields=('sensor',), name='sensor_notice_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='hour',
            constraint=models.UniqueConstraint(fields=('sensor', 'at'), name='hour_once'),
        ),
    ]
