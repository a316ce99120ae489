"""A verb says who and when by name."""

from __future__ import annotations

import ast

from tests.house.rooms import PACKAGE, tree

VERB_FILES = [
    *(PACKAGE / "cases" / f"{n}.py" for n in ("intake", "dispatch", "handling", "closing", "rating", "undoing")),
    *(PACKAGE / "procedures" / f"{n}.py" for n in ("running", "clocks")),
    PACKAGE / "people" / "purposes.py",
    PACKAGE / "ledger" / "writing.py",
]
READS_IN_VERB_FILES = {"looks_at", "looks_by", "marking", "net_of", "snapshot"}


def test_verbs_take_keywords_only_and_name_actor_and_moment() -> None:
    wrong = []
    for path in VERB_FILES:
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or node.name in READS_IN_VERB_FILES:
                continue
            names = {a.arg for a in node.args.kwonlyargs}
            if node.args.args:
                if node.name.endswith("_many"):
                    continue  # a batch: the rows carry actor and moment
                wrong.append(f"{path.name}:{node.name} takes positional arguments")
            elif "at" not in names:
                wrong.append(f"{path.name}:{node.name} lacks `at`")
    assert not wrong, "\n".join(wrong)
