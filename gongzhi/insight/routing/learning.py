"""Learning a router from the county's own closed cases, in the child process of the night.

The first time, the past is its own test: what the first part teaches is tried on the rest, in the order of time; then
everything is learnt. Later nights learn anew when enough has come in, and what was learnt waits for cases to come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from gongzhi.cases import matters, teaching
from gongzhi.cases.teaching import Example
from gongzhi.insight.routing import rules, serving, switching, trials
from gongzhi.insight.routing.tables import RouterVersion
from gongzhi.methods.text import compact
from gongzhi.places import reads as places

HEARD = timedelta(days=730)


def learn(*, by: str, at: datetime, anyway: bool = False) -> RouterVersion | None:
    """Learn a router if it is time (`rules.is_due`), or `anyway` if there is enough; then let the comparison decide.

    None when nothing was learnt: too few confirmed cases, or nothing new since the last time."""
    examples = usable(teaching.examples(most=rules.MOST_LEARNT))
    last = RouterVersion.objects.order_by("-number").first()
    if not _is_time(examples, last, at, anyway=anyway):
        return None
    heard = [one.words for one in teaching.said(since=at - HEARD, most=rules.MOST_HEARD)]
    lesson = Lesson(heard, [one.words for one in examples])
    if last is None:
        last = _first_test(examples, lesson, by=by, at=at)
    version = _keep(examples, lesson, number=last.number + 1 if last else 1, by=by, at=at)
    switching.weigh(by=by, at=at)
    _tidy(version.number)
    return version


class Lesson:
    """The language of the county, learnt once from texts without their matters, for every router learnt in it."""

    def __init__(self, heard: Sequence[str], words: Sequence[str]) -> None:
        from gongzhi.methods.text import routing  # the numerical packages, in this process alone

        self.space = routing.learn_space([[text[: compact.READ] for text in (*heard, *words)]])

    def train(self, examples: Sequence[Example], about: dict[str, object], path: Path) -> str:
        """Learn a router of this language from examples and write its file; the file's fingerprint."""
        from gongzhi.methods.text import compacting, routing

        words, labels = [one.words[: compact.READ] for one in examples], [one.matter for one in examples]
        model = routing.train(self.space, [words], labels, names=("words",), words=tree_words())
        return compacting.write(model, path, dict(about))


def usable(examples: Sequence[Example]) -> list[Example]:
    """Those whose matter is still in force, has none beneath it, and has enough examples to be learnt."""
    known = {card.code for card in matters.cards() if card.leaf}
    count = Counter(one.matter for one in examples)
    return [one for one in examples if one.matter in known and count[one.matter] >= rules.LEAST_EACH]


def _is_time(examples: Sequence[Example], last: RouterVersion | None, at: datetime, *, anyway: bool) -> bool:
    known = sorted({one.matter for one in examples})
    if len(known) < 2:
        return False
    if anyway and len(examples) >= rules.ENOUGH:
        return True
    fault = serving.fault() is not None
    return rules.is_due(
        learnt=last.examples if last else 0,
        examples=len(examples),
        fresh=sum(last is None or one.closed_at > last.until for one in examples),
        days=(at - last.at) / timedelta(days=1) if last else 0.0,
        tree_changed=fault or (last is not None and not set(known) <= set(last.matters)),
    )


def _first_test(examples: Sequence[Example], lesson: Lesson, *, by: str, at: datetime) -> RouterVersion | None:
    """Learn the first part of the past and put the rest to it; None when the part is too small to teach anything."""
    first = usable(examples[: round(len(examples) * rules.FIRST_PART)])
    if len(first) < rules.ENOUGH / 2 or len({one.matter for one in first}) < 2:
        return None
    version = _keep(first, lesson, number=1, by=by, at=at)
    machine = serving.open_file(version)
    if isinstance(machine, serving.Numbered):
        trials.put(examples, machine)
    return version


def _keep(examples: Sequence[Example], lesson: Lesson, *, number: int, by: str, at: datetime) -> RouterVersion:
    """Learn, write the file, then the row and its fact: a file that nobody names is nobody's router."""
    serving.folder().mkdir(parents=True, exist_ok=True)
    path = serving.file_of(number)
    known = sorted({one.matter for one in examples})
    about: dict[str, object] = {"county": places.county().code, "version": number, "learnt_at": at.isoformat()}
    sha256 = lesson.train(examples, about, path)
    with transaction.atomic():
        version = RouterVersion.objects.create(
            number=number,
            at=at,
            until=max(one.closed_at for one in examples),
            examples=len(examples),
            matters=known,
            sha256=sha256,
            size=path.stat().st_size,
        )
        switching.learned(by=by, at=at, version=version)
    return version


def tree_words() -> dict[str, list[str]]:
    """What the tree of matters itself says of each: names, hint and keywords."""
    found = {
        card.code: [text for text in (card.name_zh, card.name_en, card.hint_zh, card.hint_en) if text]
        for card in matters.cards()
    }
    for code, words in matters.keywords().items():
        found.setdefault(code, []).append(" ".join(words))
    return found


def _tidy(newest: int) -> None:
    """Keep the last few files."""
    for path in serving.folder().glob("router-*.bin"):
        number = path.stem.removeprefix("router-")
        if number.isdigit() and int(number) <= newest - rules.FILES:
            path.unlink(missing_ok=True)
