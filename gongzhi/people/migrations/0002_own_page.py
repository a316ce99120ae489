"""Access tokens of a person, how she is told of bells, and what she was told."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Told',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('near', models.CharField(default='page', max_length=8)),
                ('overdue', models.CharField(default='page', max_length=8)),
                ('ladder', models.CharField(default='page', max_length=8)),
                ('language', models.CharField(default='zh-hans', max_length=12)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('near__in', ('page', 'email', 'none'))), name='people_told_near'), models.CheckConstraint(condition=models.Q(('ladder__in', ('page', 'email')), ('overdue__in', ('page', 'email'))), name='people_told_late')],
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=80)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('made_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('used', models.PositiveIntegerField(default=0)),
                ('used_since', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('made_at'))), name='people_token_span')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('bell', models.CharField(max_length=10)),
                ('about', models.CharField(max_length=60)),
                ('number', models.CharField(max_length=24)),
                ('due_at', models.DateTimeField()),
                ('way', models.CharField(max_length=8)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-at'], name='people_notice_latest')],
                'constraints': [models.UniqueConstraint(fields=('account', 'about', 'bell', 'due_at'), name='people_notice_once')],
            },
        ),
    ]
