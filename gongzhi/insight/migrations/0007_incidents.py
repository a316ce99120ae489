"""Findings made incidents with their cases, and by what looks a finding was seen."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insight', '0006_why'),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='ways',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('organ', models.CharField(max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.CharField(max_length=60)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('outcome', models.CharField(blank=True, max_length=500)),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insight.finding')),
            ],
        ),
        migrations.CreateModel(
            name='IncidentCase',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('case', models.UUIDField()),
                ('joined_at', models.DateTimeField()),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='insight.incident')),
            ],
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['opened_at'], name='incident_open'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(('ended_at__gte', models.F('opened_at')), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='incident_ended_in_words'),
        ),
        migrations.AddConstraint(
            model_name='incidentcase',
            constraint=models.UniqueConstraint(fields=('incident', 'case'), name='incident_case_once'),
        ),
    ]
