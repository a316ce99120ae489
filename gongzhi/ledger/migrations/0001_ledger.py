"""Facts, the tree they are sealed into, signed heads; and the triggers that make these insert-only."""

import django.db.models.deletion
import gongzhi.kit.ids
from django.db import migrations, models

TABLES = ("ledger_fact", "ledger_leaf", "ledger_subtree", "ledger_head")

SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
    for table in TABLES
    for verb in ("update", "delete")
]
SQLITE.append(
    "CREATE TRIGGER ledger_fact_listed AFTER INSERT ON ledger_fact "
    "BEGIN INSERT INTO ledger_unsealed (fact_id) VALUES (NEW.id); END"
)
POSTGRES = [
    "CREATE FUNCTION ledger_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$",
    "CREATE FUNCTION ledger_list_fact() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN INSERT INTO ledger_unsealed (fact_id) VALUES (NEW.id); RETURN NULL; END $$",
    *(
        f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION ledger_insert_only()"
        for table in TABLES
    ),
    "CREATE TRIGGER ledger_fact_listed AFTER INSERT ON ledger_fact "
    "FOR EACH ROW EXECUTE FUNCTION ledger_list_fact()",
]


def guard(apps, schema_editor):
    """Facts, leaves, subtrees and heads refuse change; each new fact is listed for the sealer with it."""
    with schema_editor.connection.cursor() as cursor:
        for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def unguard(apps, schema_editor):
    """Triggers fall with their tables; PostgreSQL keeps functions until they are dropped."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION ledger_insert_only() CASCADE")
            cursor.execute("DROP FUNCTION ledger_list_fact() CASCADE")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.UUIDField(default=gongzhi.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=80)),
                ('by', models.CharField(max_length=80)),
                ('details', models.JSONField(default=dict)),
                ('happened_at', models.DateTimeField()),
                ('noted_at', models.DateTimeField()),
                ('salt', models.BinaryField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
                ('key_id', models.CharField(max_length=16)),
                ('signature', models.BinaryField(max_length=64)),
                ('day', models.DateField(null=True, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('holder', models.CharField(max_length=120)),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Subtree',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Bookmark',
            fields=[
                ('follower', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('index', models.BigIntegerField(default=-1)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('index__gte', -1)), name='ledger_bookmark_place')],
            },
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('fact', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='ledger.fact')),
            ],
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(fields=['about', 'id'], name='ledger_fact_about'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.CheckConstraint(condition=models.Q(('happened_at__lte', models.F('noted_at'))), name='ledger_fact_noted_after'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), _negated=True), models.Q(('about', ''), _negated=True), models.Q(('by', ''), _negated=True)), name='ledger_fact_whole'),
        ),
        migrations.AddIndex(
            model_name='head',
            index=models.Index(fields=['size', 'at'], name='ledger_head_size'),
        ),
        migrations.AddConstraint(
            model_name='head',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='ledger_head_size_from_zero'),
        ),
        migrations.AddField(
            model_name='leaf',
            name='fact',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='leaf', to='ledger.fact'),
        ),
        migrations.AddConstraint(
            model_name='subtree',
            constraint=models.UniqueConstraint(fields=('level', 'index'), name='ledger_subtree_once'),
        ),
        migrations.AddConstraint(
            model_name='subtree',
            constraint=models.CheckConstraint(condition=models.Q(('index__gte', 0), ('level__gte', 1)), name='ledger_subtree_place'),
        ),
        migrations.AddConstraint(
            model_name='leaf',
            constraint=models.CheckConstraint(condition=models.Q(('index__gte', 0)), name='ledger_leaf_from_zero'),
        ),
        migrations.RunPython(guard, unguard),
    ]
