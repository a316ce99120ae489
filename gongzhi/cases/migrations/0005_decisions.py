"""Decisions that limit somebody, appeals, what became of the machine's hints; the state paused and who set a place."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


# What was decided before is counted too. A question asked after the limit had passed did not pause.
BEFORE = """
INSERT INTO cases_decision (entry_id, case_id, at, what, reason)
SELECT e.id, e.case_id, e.at,
       CASE e.kind WHEN 'closed' THEN 'refused' WHEN 'asked' THEN 'paused' ELSE 'handed_over' END,
       CASE e.kind WHEN 'closed' THEN e.outcome WHEN 'asked' THEN 'waiting_resident' ELSE e.reason END
FROM cases_entry e JOIN cases_case c ON c.id = e.case_id
WHERE (e.kind = 'closed' AND e.outcome IN ('not_ours', 'no_ground'))
   OR (e.kind = 'handed_over' AND e.reason <> '')
   OR (e.kind = 'asked' AND e.at <= c.due_at)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_own_answers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organ', models.CharField(max_length=40)),
                ('at', models.DateTimeField(db_index=True)),
                ('due_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('granted', models.BooleanField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='cases.entry')),
                ('at', models.DateTimeField(db_index=True)),
                ('what', models.CharField(max_length=12)),
                ('reason', models.CharField(max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name='Hint',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True)),
                ('what', models.CharField(max_length=8)),
                ('offered', models.CharField(max_length=40)),
                ('verdict', models.CharField(max_length=10)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_state',
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='entry_kind',
        ),
        migrations.AddField(
            model_name='case',
            name='place_by',
            field=models.CharField(default='resident', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('received', 'in_hand', 'asked', 'paused', 'answered', 'closed'))), name='case_state'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('place_by__in', ('suggested', 'staff', 'resident'))), name='case_place_by'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('received', 'joined', 'accepted', 'sent', 'handed_over', 'ruled', 'rematter', 'helped', 'returned_help', 'asked', 'resident_answered', 'resumed', 'answered', 'note', 'closed', 'rated', 'reopened', 'extended', 'withdrawn', 'merged', 'looked', 'recovered', 'near', 'overdue', 'ladder', 'undone', 'answered_own', 'erased', 'paused', 'narrowed', 'widened', 'relocated', 'appealed', 'appeal_answered'))), name='entry_kind'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.entry'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='voice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.voice'),
        ),
        migrations.AddField(
            model_name='decision',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.decision'),
        ),
        migrations.AddField(
            model_name='hint',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('what__in', ('refused', 'narrowed', 'paused', 'handed_over'))), name='decision_what'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='decision_reasoned'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['organ', 'due_at'], name='appeal_open'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(fields=('decision', 'voice'), name='appeal_once'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('granted__isnull', True)), models.Q(('answered_at__isnull', False), ('granted__isnull', False)), _connector='OR'), name='appeal_answered_whole'),
        ),
        migrations.AddConstraint(
            model_name='hint',
            constraint=models.CheckConstraint(condition=models.Q(('what__in', ('matter', 'place', 'twin'))), name='hint_what'),
        ),
        migrations.AddConstraint(
            model_name='hint',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ('confirmed', 'stood', 'overruled'))), name='hint_verdict'),
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
