"""The county, its divisions, grids and landmarks."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='County',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=6)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('tz', models.CharField(default='Asia/Shanghai', max_length=40)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('bounds', models.JSONField(default=list)),
                ('practice', models.BooleanField(default=False)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('emblem', models.CharField(blank=True, max_length=120)),
                ('accent', models.CharField(blank=True, max_length=7)),
                ('neighbours', models.JSONField(default=list)),
                ('version', models.BigIntegerField(default=1)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='places_county_one'), models.CheckConstraint(condition=models.Q(('code__length', 6)), name='places_county_code'), models.CheckConstraint(condition=models.Q(models.Q(('lon__isnull', True), ('lat__isnull', True)), models.Q(('lon__gte', -180), ('lon__lte', 180), ('lat__gte', -90), ('lat__lte', 90)), _connector='OR'), name='places_county_on_earth')],
            },
        ),
        migrations.CreateModel(
            name='Division',
            fields=[
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('level', models.CharField(choices=[('province', 'province'), ('city', 'city'), ('county', 'county'), ('town', 'town'), ('village', 'village')], max_length=8)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('population', models.PositiveIntegerField(null=True)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.division')),
            ],
        ),
        migrations.CreateModel(
            name='Grid',
            fields=[
                ('code', models.CharField(max_length=15, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('polygon', models.JSONField(null=True)),
                ('description', models.CharField(blank=True, max_length=400)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('households', models.PositiveIntegerField(null=True)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('division', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.division')),
            ],
        ),
        migrations.CreateModel(
            name='Landmark',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('aliases', models.JSONField(default=list)),
                ('kind', models.CharField(blank=True, max_length=30)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('grid', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
            ],
        ),
        migrations.AddConstraint(
            model_name='division',
            constraint=models.CheckConstraint(condition=models.Q(('code__length', 12)), name='places_division_code'),
        ),
        migrations.AddConstraint(
            model_name='division',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lon__isnull', True), ('lat__isnull', True)), models.Q(('lon__gte', -180), ('lon__lte', 180), ('lat__gte', -90), ('lat__lte', 90)), _connector='OR'), name='places_division_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='division',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_from__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='places_division_dated'),
        ),
        migrations.AddConstraint(
            model_name='division',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['province', 'city', 'county', 'town', 'village'])), name='places_division_level'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Q(('code__length', 15), ('code__startswith', models.F('division'))), name='places_grid_in_village'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lon__isnull', True), ('lat__isnull', True)), models.Q(('lon__gte', -180), ('lon__lte', 180), ('lat__gte', -90), ('lat__lte', 90)), _connector='OR'), name='places_grid_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_from__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='places_grid_dated'),
        ),
        migrations.AddConstraint(
            model_name='landmark',
            constraint=models.UniqueConstraint(fields=('name_zh', 'grid'), name='places_landmark_once_a_grid'),
        ),
        migrations.AddConstraint(
            model_name='landmark',
            constraint=models.UniqueConstraint(condition=models.Q(('grid__isnull', True)), fields=('name_zh',), name='places_landmark_once_without_grid'),
        ),
        migrations.AddConstraint(
            model_name='landmark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lon__isnull', True), ('lat__isnull', True)), models.Q(('lon__gte', -180), ('lon__lte', 180), ('lat__gte', -90), ('lat__lte', 90)), _connector='OR'), name='places_landmark_on_earth'),
        ),
    ]
