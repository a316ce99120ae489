"""Own answers for joined voices, sealed rating words, erasure, a bound on questions that pause one clock."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_api_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='matter',
            name='asks_most',
            field=models.PositiveSmallIntegerField(default=2),
        ),
        migrations.AddField(
            model_name='rating',
            name='key_wrapped',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='rating',
            name='original_sealed',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='voice',
            name='erased_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(fields=['sha256'], name='photo_file'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('contact_kind', ''), ('form_key__isnull', True), ('key_wrapped__isnull', True), ('words', ''), ('withdrawn_at__isnull', False)), _connector='OR'), name='voice_erased_is_empty'),
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='entry_kind',
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('received', 'joined', 'accepted', 'sent', 'handed_over', 'ruled', 'rematter', 'helped', 'returned_help', 'asked', 'resident_answered', 'resumed', 'answered', 'note', 'closed', 'rated', 'reopened', 'extended', 'withdrawn', 'merged', 'looked', 'recovered', 'near', 'overdue', 'ladder', 'undone', 'answered_own', 'erased'))), name='entry_kind'),
        ),
    ]
