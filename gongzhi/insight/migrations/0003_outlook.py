import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insight', '0002_minutes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=200)),
                ('matter', models.CharField(blank=True, max_length=40)),
                ('place', models.CharField(max_length=12)),
                ('since', models.DateField()),
                ('wanted', models.CharField(default='fewer', max_length=5)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.CharField(max_length=60)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('verdict', models.CharField(blank=True, max_length=12)),
                ('why', models.CharField(blank=True, max_length=20)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insight.finding')),
            ],
        ),
        migrations.CreateModel(
            name='MeasureEffect',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('design', models.CharField(max_length=10)),
                ('verdict', models.CharField(max_length=12)),
                ('change', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('p', models.FloatField()),
                ('checks', models.JSONField()),
                ('line', models.JSONField()),
                ('weeks', models.PositiveSmallIntegerField()),
                ('leads', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='insight.measure')),
            ],
        ),
        migrations.CreateModel(
            name='Outlook',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=8)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('first', models.DateField()),
                ('mean', models.JSONField()),
                ('low', models.JSONField()),
                ('high', models.JSONField()),
                ('total', models.FloatField()),
                ('total_low', models.FloatField()),
                ('total_high', models.FloatField()),
                ('handled', models.PositiveIntegerField(blank=True, null=True)),
                ('over', models.FloatField(blank=True, null=True)),
                ('hands', models.PositiveSmallIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['first', 'kind'], name='outlook_made')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'code', 'first'), name='outlook_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('county', 'organ', 'post', 'matter'))), name='outlook_kind'), models.CheckConstraint(condition=models.Q(('total_low__lte', models.F('total_high')), ('total_low__gte', 0)), name='outlook_interval')],
            },
        ),
        migrations.CreateModel(
            name='Portrait',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=8)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('until', models.DateField()),
                ('figures', models.JSONField()),
                ('voices', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'code'), name='portrait_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('county', 'matter', 'place', 'organ'))), name='portrait_kind')],
            },
        ),
        migrations.CreateModel(
            name='PublicWord',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('words', models.CharField(max_length=1000)),
                ('organ', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insight.finding')),
            ],
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organ', models.CharField(max_length=40)),
                ('words', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=60)),
                ('due_on', models.DateField()),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.CharField(blank=True, max_length=60)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insight.finding')),
            ],
        ),
        migrations.CreateModel(
            name='Silence',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.CharField(max_length=12)),
                ('channel', models.CharField(blank=True, max_length=10)),
                ('until', models.DateField()),
                ('observed', models.PositiveIntegerField()),
                ('expected', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('p', models.FloatField()),
                ('factor', models.FloatField()),
                ('factor_low', models.FloatField()),
                ('factor_high', models.FloatField()),
                ('silent', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('place', 'channel'), name='silence_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('wanted__in', ('fewer', 'more'))), name='measure_wanted'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ('', 'worked', 'no evidence', 'harmed'))), name='measure_verdict'),
        ),
        migrations.AddConstraint(
            model_name='measureeffect',
            constraint=models.UniqueConstraint(fields=('measure', 'design'), name='effect_once'),
        ),
        migrations.AddConstraint(
            model_name='measureeffect',
            constraint=models.CheckConstraint(condition=models.Q(('design__in', ('its', 'did', 'synthetic'))), name='effect_design'),
        ),
        migrations.AddConstraint(
            model_name='measureeffect',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ('worked', 'no evidence', 'harmed'))), name='effect_verdict'),
        ),
        migrations.AddIndex(
            model_name='publicword',
            index=models.Index(fields=['-at'], name='word_newest'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(condition=models.Q(('answered_at', None)), fields=['organ', 'due_on'], name='question_open'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None)), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='question_answered_in_words'),
        ),
    ]
