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


def test_verbs_take_keywords_only_and_name_actor_and_moment() -> None:
    """A function with an actor is a verb; what has none is a read or a step inside somebody's transaction."""
    wrong, verbs = [], 0
    for path in VERB_FILES:
        functions = [n for n in tree(path).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        for node in functions:
            arguments = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
            if "by" not in arguments:
                continue
            verbs += 1
            if node.args.args or "at" not in arguments:
                wrong.append(f"{path.name}:{node.name} takes positional arguments or lacks `at`")
    assert verbs > 30
    assert not wrong, "\n".join(wrong)
