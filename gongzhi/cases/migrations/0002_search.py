"""The index of words: FTS5 without stored texts on SQLite, tsvector with GIN on PostgreSQL."""

from django.db import migrations

_SQLITE = "CREATE VIRTUAL TABLE cases_search USING fts5(words, content='', tokenize='unicode61 remove_diacritics 0')"
_POSTGRES = (
    "CREATE TABLE cases_search (seek bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX cases_search_words ON cases_search USING gin (words)",
)


def lay(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_SQLITE)
        return
    for statement in _POSTGRES:
        schema_editor.execute(statement)


def clear(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_search")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases")]
    operations = [migrations.RunPython(lay, clear)]
