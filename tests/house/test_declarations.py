"""What must be declared is: privacy of fields, permits of addresses, reasons of dependencies, docs of everything."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from gongzhi.cli import COMMANDS
from gongzhi.ledger import kinds
from gongzhi.web.clockwork import TIMETABLE
from tests.house.rooms import PACKAGE, ROOT, sources, tree

OURS = [m for m in apps.get_models() if m.__module__.startswith("gongzhi.")]
DOCS = "\n".join(p.read_text() for p in (ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_field_declares_its_privacy_once(model: type[models.Model]) -> None:
    declared = [name for names in model.PRIVACY.values() for name in names]  # type: ignore[attr-defined]
    assert set(model.PRIVACY) <= {"public", "internal", "personal", "secret"}  # type: ignore[attr-defined]
    assert len(declared) == len(set(declared)), "a field is declared twice"
    assert set(declared) == {f.name for f in model._meta.concrete_fields}


def views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []
    for entry in patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += views(entry.url_patterns, where)
        else:
            found.append((where, entry))
    return found


def test_every_address_has_a_permit_or_is_public() -> None:
    undeclared = []
    for where, entry in views(get_resolver().url_patterns):
        view = entry.callback
        view = getattr(view, "func", view)  # the API library wraps its own pages in partials
        module = getattr(view, "__module__", "")
        if module.startswith(("allauth", "ninja", "django")):
            continue  # allauth guards its own pages; API operations are checked by the API's own test
        if not hasattr(view, "permit"):
            undeclared.append(f"{where} {module}.{getattr(view, '__name__', view)}")
    assert not undeclared, "\n".join(undeclared)


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    for line in block.splitlines():
        if re.match(r'\s+"', line):
            assert re.search(r'",?\s+#\s*\S.{4,}', line), f"no reason beside {line.strip()}"


def test_every_command_is_documented() -> None:
    for word in COMMANDS:
        assert f"gongzhi {word}" in DOCS, f"`gongzhi {word}` is in no page of docs/"


def test_every_fact_is_documented() -> None:
    missing = [kind for kind in kinds.registered() if f"`{kind}`" not in DOCS]
    assert not missing, f"facts in no page of docs/: {missing}"


def test_every_setting_is_documented() -> None:
    names = set(re.findall(r"GONGZHI_[A-Z_]+|DATABASE_URL", (PACKAGE / "web" / "settings.py").read_text()))
    missing = [name for name in names - {"GONGZHI_DIR"} if name not in DOCS]
    assert not missing, f"settings in no page of docs/: {missing}"


def test_every_job_of_the_clockwork_is_documented() -> None:
    missing = [job.name for job in TIMETABLE if f"`{job.name}`" not in DOCS]
    assert not missing, f"jobs in no page of docs/: {missing}"


def test_the_clock_is_read_only_at_doors() -> None:
    """Verbs, reads and rules get the moment; only doors, commands and the clockwork may look at the clock."""
    plain = [p for p in sources() if p.name in ("rules.py", "reads.py", "models.py") or p.parent.name == "kit"]
    wrong = []
    for path in plain:
        calls = [n for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        for call in calls:
            asked = ast.unparse(call.func)
            if path.name != "moments.py" and re.fullmatch(
                r"(datetime|timezone|moments|date)\.(now|utcnow|today)", asked
            ):
                wrong.append(f"{path}:{call.lineno}")
    assert not wrong, "\n".join(wrong)
