"""Procedures, runs and tokens, clocks, clauses, days off."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DayOff',
            fields=[
                ('date', models.DateField(primary_key=True, serialize=False)),
                ('working', models.BooleanField()),
                ('announced', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('code', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('law_zh', models.CharField(max_length=120)),
                ('law_en', models.CharField(blank=True, max_length=160)),
                ('article', models.CharField(blank=True, max_length=40)),
                ('text_zh', models.TextField(blank=True)),
                ('text_en', models.TextField(blank=True)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('verified', models.BooleanField(default=False)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_from__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='procedures_clause_dated')],
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('about', models.CharField(db_index=True, max_length=80)),
                ('limit_amount', models.PositiveIntegerField()),
                ('limit_unit', models.CharField(choices=[('working_days', 'working_days'), ('working_hours', 'working_hours'), ('calendar_days', 'calendar_days'), ('hours', 'hours')], max_length=13)),
                ('clause', models.CharField(blank=True, max_length=60)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('near_at', models.DateTimeField()),
                ('ladder_at', models.DateTimeField()),
                ('provisional', models.BooleanField()),
                ('pauses', models.JSONField(default=list)),
                ('paused_at', models.DateTimeField(null=True)),
                ('pause_reason', models.CharField(blank=True, max_length=40)),
                ('pause_until', models.DateTimeField(null=True)),
                ('extended', models.BooleanField(default=False)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('rung_near_at', models.DateTimeField(null=True)),
                ('rung_overdue_at', models.DateTimeField(null=True)),
                ('rung_ladder_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True), ('rung_near_at__isnull', True)), fields=['near_at'], name='procedures_clock_near'), models.Index(condition=models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True), ('rung_overdue_at__isnull', True)), fields=['due_at'], name='procedures_clock_due'), models.Index(condition=models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True), ('rung_ladder_at__isnull', True)), fields=['ladder_at'], name='procedures_clock_ladder'), models.Index(condition=models.Q(('pause_until__isnull', False)), fields=['pause_until'], name='procedures_clock_pause'), models.Index(condition=models.Q(('provisional', True)), fields=['id'], name='procedures_clock_provis')],
                'constraints': [models.CheckConstraint(condition=models.Q(('limit_unit__in', ['working_days', 'working_hours', 'calendar_days', 'hours'])), name='procedures_clock_unit'), models.CheckConstraint(condition=models.Q(('due_at__lte', models.F('ladder_at')), ('near_at__lte', models.F('due_at')), ('started_at__lte', models.F('near_at'))), name='procedures_clock_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('pause_reason', ''), ('pause_until__isnull', True), ('paused_at__isnull', True)), models.Q(('pause_until__gte', models.F('paused_at')), ('paused_at__isnull', False), models.Q(('pause_reason', ''), _negated=True)), _connector='OR'), name='procedures_clock_pause_whole'), models.CheckConstraint(condition=models.Q(('stopped_at__isnull', True), ('paused_at__isnull', True), _connector='OR'), name='procedures_clock_stopped'), models.CheckConstraint(condition=models.Q(('rung_ladder_at__isnull', True), ('rung_overdue_at__isnull', False), _connector='OR'), name='procedures_clock_ladder_last')],
            },
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('body', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('loaded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='procedures_procedure_version'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='procedures_procedure_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('about', models.CharField(max_length=80)),
                ('version', models.PositiveIntegerField(default=1)),
                ('started_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField()),
                ('moved_by', models.CharField(max_length=80)),
                ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
            ],
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(max_length=40)),
                ('holder', models.CharField(max_length=80)),
                ('since_at', models.DateTimeField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='procedures.run')),
            ],
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('about', 'procedure'), name='procedures_run_once'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('moved_at__gte', models.F('started_at'))), name='procedures_run_in_order'),
        ),
        migrations.AddIndex(
            model_name='token',
            index=models.Index(fields=['holder', 'stage'], name='procedures_token_held'),
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', ''), _negated=True), models.Q(('holder', ''), _negated=True)), name='procedures_token_whole'),
        ),
    ]
