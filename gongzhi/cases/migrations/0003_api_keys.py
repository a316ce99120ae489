"""Keys of programs, details a matter asks for, the source open311, and the public list by last change."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key_hash', models.BinaryField(max_length=32, unique=True)),
                ('label', models.CharField(max_length=80)),
                ('organ', models.CharField(blank=True, max_length=40)),
                ('per_hour', models.PositiveIntegerField()),
                ('private', models.BooleanField(default=False)),
                ('batch', models.BooleanField(default=False)),
                ('used', models.PositiveIntegerField(default=0)),
                ('used_since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Detail',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('datatype', models.CharField(max_length=16)),
                ('asked', models.BooleanField(default=True)),
                ('required', models.BooleanField(default=False)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('hint_zh', models.CharField(blank=True, max_length=300)),
                ('hint_en', models.CharField(blank=True, max_length=300)),
                ('choices', models.JSONField(blank=True, default=list)),
                ('position', models.PositiveIntegerField(default=0)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DetailValue',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('value', models.CharField(max_length=1000)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='voice',
            name='voice_source',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('public', True)), fields=['-moved_at', '-seek'], name='case_moved'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ('web', 'api', 'counter', 'phone', 'sms', 'paper', 'sensor', 'import', 'mail', 'chat', 'open311'))), name='voice_source'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('per_hour__gte', 1)), name='api_key_some_per_hour'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('made_at')), _connector='OR'), name='api_key_closed_later'),
        ),
        migrations.AddField(
            model_name='detail',
            name='matter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.matter'),
        ),
        migrations.AddField(
            model_name='detailvalue',
            name='detail',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.detail'),
        ),
        migrations.AddField(
            model_name='detailvalue',
            name='voice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.voice'),
        ),
        migrations.AddConstraint(
            model_name='detail',
            constraint=models.CheckConstraint(condition=models.Q(('datatype__in', ('string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist'))), name='detail_datatype'),
        ),
        migrations.AddConstraint(
            model_name='detail',
            constraint=models.CheckConstraint(condition=models.Q(('asked', False), ('required', True), _negated=True), name='detail_required_is_asked'),
        ),
        migrations.AddConstraint(
            model_name='detail',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('matter', 'code'), name='one_detail_of_a_code'),
        ),
    ]
