"""Matters, responsibilities, cases, voices, entries, photos, ratings, and the tables beside them."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('seek', models.BigIntegerField(unique=True)),
                ('matter_by', models.CharField(max_length=10)),
                ('grid', models.CharField(blank=True, max_length=15)),
                ('division', models.CharField(max_length=12)),
                ('lon', models.FloatField(blank=True, null=True)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('place_text', models.CharField(blank=True, max_length=400)),
                ('organ', models.CharField(blank=True, max_length=40)),
                ('clause', models.CharField(blank=True, max_length=60)),
                ('state', models.CharField(default='received', max_length=12)),
                ('outcome', models.CharField(blank=True, max_length=12)),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('refusals', models.PositiveSmallIntegerField(default=0)),
                ('helping', models.PositiveSmallIntegerField(default=0)),
                ('received_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('near_at', models.DateTimeField()),
                ('provisional', models.BooleanField(default=False)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('in_time', models.BooleanField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('public', models.BooleanField(default=False)),
                ('urgent', models.BooleanField(default=False)),
                ('about_officer', models.BooleanField(default=False)),
                ('officer_post', models.CharField(blank=True, max_length=32)),
                ('officer_account', models.CharField(blank=True, max_length=32)),
                ('officer_organ', models.CharField(blank=True, max_length=40)),
                ('voices', models.PositiveIntegerField(default=1)),
                ('title', models.CharField(max_length=60)),
                ('holder', models.CharField(max_length=60)),
                ('held_at', models.DateTimeField()),
                ('run', models.UUIDField(unique=True)),
                ('clock', models.UUIDField(unique=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('moved_by', models.CharField(blank=True, max_length=60)),
                ('moved_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Strain',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.BinaryField(max_length=16, unique=True)),
                ('count', models.PositiveIntegerField(default=1)),
                ('since_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Undo',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='cases.case')),
                ('move', models.CharField(max_length=20)),
                ('by', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('version', models.PositiveIntegerField()),
                ('snapshot', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=20)),
                ('by', models.CharField(max_length=60)),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('organ', models.CharField(blank=True, max_length=40)),
                ('to_organ', models.CharField(blank=True, max_length=40)),
                ('post', models.CharField(blank=True, max_length=32)),
                ('to_post', models.CharField(blank=True, max_length=32)),
                ('public_text', models.TextField(blank=True)),
                ('internal_text', models.TextField(blank=True)),
                ('reason', models.CharField(blank=True, max_length=24)),
                ('clause', models.CharField(blank=True, max_length=60)),
                ('outcome', models.CharField(blank=True, max_length=12)),
                ('matter', models.CharField(blank=True, max_length=40)),
                ('original_sealed', models.BinaryField(null=True)),
                ('key_wrapped', models.BinaryField(null=True)),
                ('seen_by_all', models.BooleanField(default=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
        ),
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(max_length=80)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('hint_zh', models.CharField(blank=True, max_length=300)),
                ('hint_en', models.CharField(blank=True, max_length=300)),
                ('limit_amount', models.PositiveSmallIntegerField()),
                ('limit_unit', models.CharField(max_length=16)),
                ('clause', models.CharField(blank=True, max_length=60)),
                ('closing_zh', models.CharField(blank=True, max_length=300)),
                ('closing_en', models.CharField(blank=True, max_length=300)),
                ('reopen_days', models.PositiveSmallIntegerField(default=15)),
                ('procedure', models.CharField(default='voice', max_length=40)),
                ('keywords', models.JSONField(blank=True, default=list)),
                ('about_officer', models.BooleanField(default=False)),
                ('danger', models.BooleanField(default=False)),
                ('public_ok', models.BooleanField(default=True)),
                ('position', models.PositiveIntegerField(default=0)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.matter')),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='matter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.matter'),
        ),
        migrations.CreateModel(
            name='Responsibility',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.CharField(blank=True, max_length=15)),
                ('organ', models.CharField(max_length=40)),
                ('assisting', models.JSONField(blank=True, default=list)),
                ('clause', models.CharField(blank=True, max_length=60)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.matter')),
            ],
        ),
        migrations.CreateModel(
            name='Voice',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('lead', models.BooleanField(default=True)),
                ('kind', models.CharField(max_length=12)),
                ('source', models.CharField(max_length=10)),
                ('words', models.TextField()),
                ('original_sealed', models.BinaryField()),
                ('key_wrapped', models.BinaryField(null=True)),
                ('language', models.CharField(max_length=12)),
                ('said_at', models.DateTimeField()),
                ('noted_at', models.DateTimeField()),
                ('danger', models.CharField(blank=True, max_length=12)),
                ('allows_public', models.BooleanField(default=False)),
                ('contact_kind', models.CharField(blank=True, max_length=8)),
                ('contact_sealed', models.BinaryField(null=True)),
                ('contact_key_wrapped', models.BinaryField(null=True)),
                ('contact_index', models.BinaryField(max_length=32, null=True)),
                ('link_hash', models.BinaryField(max_length=32, unique=True)),
                ('link_round', models.PositiveSmallIntegerField(default=0)),
                ('form_key', models.UUIDField(null=True, unique=True)),
                ('fact', models.UUIDField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voice_set', to='cases.case')),
            ],
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('round', models.PositiveSmallIntegerField()),
                ('solved', models.BooleanField()),
                ('grade', models.PositiveSmallIntegerField()),
                ('words', models.TextField(blank=True)),
                ('at', models.DateTimeField(db_index=True)),
                ('reopened', models.BooleanField(default=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('voice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.voice')),
            ],
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('mime', models.CharField(max_length=20)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('public', models.BooleanField(default=False)),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.entry')),
                ('voice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.voice')),
            ],
        ),
        migrations.AddField(
            model_name='entry',
            name='voice',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.voice'),
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('post', models.CharField(max_length=32)),
                ('seen_at', models.DateTimeField(db_index=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('limit_unit__in', ('working_days', 'working_hours', 'calendar_days', 'hours'))), name='matter_limit_unit'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='matter_valid'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('about_officer', True), ('public_ok', True), _negated=True), name='matter_officer_never_public'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('public', True)), fields=['-seek'], name='case_public'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['division', '-seek'], name='case_place'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['matter', '-seek'], name='case_matter'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['state', '-seek'], name='case_standing'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['holder', 'state', 'due_at'], name='case_held'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['organ', 'state', 'due_at'], name='case_led'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['state', 'due_at'], name='case_due'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('provisional', True)), fields=['due_at'], name='case_provisional'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['-closed_at'], name='case_closed'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('received', 'in_hand', 'asked', 'answered', 'closed'))), name='case_state'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ('', 'fixed', 'answered', 'partly', 'planned', 'not_ours', 'no_ground', 'duplicate', 'withdrawn'))), name='case_outcome'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('matter_by__in', ('suggested', 'staff', 'resident'))), name='case_matter_by'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True), ('outcome', '')), _connector='OR'), name='case_closed_has_outcome'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('about_officer', True), ('public', True), _negated=True), name='case_officer_never_public'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('about_officer', True), models.Q(('officer_account', ''), ('officer_organ', ''), ('officer_post', '')), _connector='OR'), name='case_officer_named_only_if_about'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lat__isnull', True), ('lon__isnull', True)), models.Q(('lat__isnull', False), ('lon__isnull', False)), _connector='OR'), name='case_pin_paired'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('in_time__isnull', True)), models.Q(('answered_at__isnull', False), ('in_time__isnull', False)), _connector='OR'), name='case_answered_judged'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('matter', 'place'), name='one_lead_per_place'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='responsibility_valid'),
        ),
        migrations.AddIndex(
            model_name='voice',
            index=models.Index(condition=models.Q(('contact_index__isnull', False)), fields=['contact_index'], name='voice_contact'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('question', 'help', 'complaint', 'report', 'suggestion', 'praise'))), name='voice_kind'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ('web', 'api', 'counter', 'phone', 'sms', 'paper', 'sensor', 'import', 'mail', 'chat'))), name='voice_source'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('contact_kind__in', ('', 'email', 'phone'))), name='voice_contact_kind'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('contact_index__isnull', True), ('contact_kind', ''), ('contact_sealed__isnull', True)), models.Q(models.Q(('contact_kind', ''), _negated=True), ('contact_index__isnull', False), ('contact_sealed__isnull', False)), _connector='OR'), name='voice_contact_paired'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.UniqueConstraint(condition=models.Q(('lead', True)), fields=('case',), name='voice_one_lead'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.UniqueConstraint(fields=('voice', 'round'), name='rating_once_a_round'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('grade__range', (1, 5))), name='rating_grade'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.CheckConstraint(condition=models.Q(('voice__isnull', False), ('entry__isnull', False), _connector='OR'), name='photo_belongs'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('kind', 'answered')), fields=['at'], name='entry_answered'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('received', 'joined', 'accepted', 'sent', 'handed_over', 'ruled', 'rematter', 'helped', 'returned_help', 'asked', 'resident_answered', 'resumed', 'answered', 'note', 'closed', 'rated', 'reopened', 'extended', 'withdrawn', 'merged', 'looked', 'recovered', 'near', 'overdue', 'ladder', 'undone'))), name='entry_kind'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.UniqueConstraint(fields=('case', 'post'), name='watch_once'),
        ),
    ]
