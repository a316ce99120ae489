"""A procedure as a flow chart: SVG, vertical, readable at 360 px, with the stages marked where work lies now.

Stages stand in the order of the file. A step to the next stage goes straight down; one that goes further down
runs on the right, one that goes back up (or stays) on the left, each in a lane of its own. No style, no script,
no colour: lines take the colour of the text around them, so the drawing follows every mode of the page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from gongzhi.procedures.rules import Move, Net, Stage

WIDTH, MIDDLE = 360, 180
BOX_LEFT, BOX_RIGHT = 116, 244
LANE, FIRST_LANE = 9, 8  # px between lanes; from the edge of the drawing to the outermost
PORT, LINE = 30, 14  # px between two lines that leave a stage; between two lines of text
LABEL, NAME = 62, 112  # px of room for a step's label beside a stage, and for a stage's name
HEAD = 5  # px of an arrow head


@dataclass(frozen=True, slots=True)
class Happened:
    """What really happened, to be written on a chart: `stages`: a line under a stage's name; `lines`: how often work
    went from one stage to another. A line nothing went along is dashed, the busiest is the thickest."""

    stages: Mapping[str, str]
    lines: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a stage in words: the moves, how often in signs, and the stage it leads to; "" where work stays."""

    label: str
    often: str
    to: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A stage in words: its name, a line of what happened there, whether work lies there now, the ways out of it."""

    name: str
    under: str
    here: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """One line of the drawing: a move from one stage to another, by their places in the file.

    `times`: how often work went along it; None where that is not told."""

    label: str
    source: int
    target: int
    times: int | None = None

    @property
    def often(self) -> str:
        """How often work went along it, in signs; empty where that is not told."""
        return "" if self.times is None else f"{self.times:,}×"

    @property
    def side(self) -> str:
        if self.target == self.source + 1:
            return "down"
        return "right" if self.target > self.source else "left"

    @property
    def reach(self) -> int:
        return abs(self.target - self.source)


@dataclass(slots=True)
class _Box:
    stage: Stage
    name: list[str]
    happened: list[str] = field(default_factory=list)
    top: int = 0
    height: int = 0
    ports: dict[tuple[str, int, str], int] = field(default_factory=dict)  # side, step, end → y


def draw(net: Net, current: Collection[str] = (), language: str | None = None, happened: Happened | None = None) -> str:
    """The chart as an `<svg>` element. `current` are codes of stages that hold work; language as in the page;
    `happened` writes on it what did."""
    language = language or get_language() or "zh-hans"
    with override(language):
        return _draw(net, current, "en" if language.startswith("en") else "zh", happened)


def stops(
    net: Net, current: Collection[str] = (), language: str | None = None, happened: Happened | None = None
) -> list[Stop]:
    """The same as `draw` in words, from the first stage down: for a phone, where no drawing is wide enough."""
    said = "en" if (language or get_language() or "zh-hans").startswith("en") else "zh"
    names = [_name(stage, said) for stage in net.stages]
    steps = list(_steps(net, said, happened))
    under = happened.stages if happened else {}
    return [
        Stop(
            names[at],
            under.get(stage.code, ""),
            stage.code in current,
            tuple(
                Way(step.label, step.often, "" if step.target == at else names[step.target])
                for step in steps
                if step.source == at
            ),
        )
        for at, stage in enumerate(net.stages)
    ]


def _draw(net: Net, current: Collection[str], said: str, happened: Happened | None) -> str:
    steps = list(_steps(net, said, happened))
    under = happened.stages if happened else {}
    boxes = [
        _Box(stage, _wrap(_name(stage, said), NAME), _wrap(under.get(stage.code, ""), NAME) if under else [])
        for stage in net.stages
    ]
    height = _lay(boxes, steps, PORT if happened is None else 2 * PORT)
    lanes = _lanes(steps)
    most = max((step.times or 0 for step in steps), default=0)
    parts = [_line(step, number, boxes, lanes, most) for number, step in enumerate(steps) if step.side != "down"]
    parts += _downwards(boxes, steps, most)
    parts += [_box(box, box.stage.code in current) for box in boxes]
    names = [_name(stage, said) for stage in net.stages]
    said_so = [(step, f"{step.label} {step.often}".strip()) for step in steps]
    told = "; ".join(f"{names[step.source]} → {label} → {names[step.target]}" for step, label in said_so)
    here = [_name(stage, said) for stage in net.stages if stage.code in current]
    if here:
        told = _("Now: %(stages)s.") % {"stages": ", ".join(here)} + f" {told}"
    name = f"flow-{net.code}"
    return (
        f'<svg class="flow" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg" font-size="11">'
        f'<title id="{name}-title">{escape(_name(net, said))}</title><desc id="{name}-desc">{escape(told)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def edges(move: Move) -> list[tuple[str, str]]:
    """What a move does, as pairs of stages, each once; a stage it only looks into (takes and puts back) is left out."""
    stays = {stage for stage in move.takes_from if stage in move.puts_in} if len(move.put) > 1 else set()
    pairs = [(source, target) for source in move.takes_from for target in move.puts_in if target not in stays]
    return list(dict.fromkeys(pairs))


def _steps(net: Net, said: str, happened: Happened | None) -> Iterator[_Step]:
    """Lines between stages; moves between the same two stages share one."""
    place = {stage.code: number for number, stage in enumerate(net.stages)}
    named: dict[tuple[int, int], list[str]] = {}
    for move in net.moves:
        for source, target in edges(move):
            named.setdefault((place[source], place[target]), []).append(_name(move, said))
    for (above, below), names in named.items():
        label, times = (", " if said == "en" else "、").join(names), None
        if happened is not None:
            times = happened.lines.get((net.stages[above].code, net.stages[below].code), 0)
        yield _Step(label, above, below, times)


def _name(thing: Net | Stage | Move, said: str) -> str:
    return thing.name_en if said == "en" else thing.name_zh


def _lay(boxes: list[_Box], steps: list[_Step], port: int) -> int:
    """Give every box its place and every line its ports, `port` apart; the height of the drawing."""
    y = 8
    for number, box in enumerate(boxes):
        box.top = y
        deepest = 0
        for side in ("left", "right"):
            ends = _ends(number, side, steps)
            for at, (step, end) in enumerate(ends):
                box.ports[side, step, end] = y + 18 + at * port
            deepest = max(deepest, len(ends))
        box.height = max(24 + LINE * (len(box.name) + len(box.happened)), 12 + deepest * port, 44)
        labels = sum(step.side == "down" and step.source == number for step in steps)
        y += box.height + 22 + LINE * labels
    return y - 14


def _ends(number: int, side: str, steps: list[_Step]) -> list[tuple[int, str]]:
    """Lines that touch a side of a box, from top to bottom so that few cross: (step, "out" or "in")."""
    here = [(step.reach, at, step) for at, step in enumerate(steps) if step.side == side]
    out = [(reach, at) for reach, at, step in here if step.source == number and reach]
    come = [(reach, at) for reach, at, step in here if step.target == number and reach]
    if side == "right":
        return [(at, "in") for _, at in sorted(come)] + [(at, "out") for _, at in sorted(out, reverse=True)]
    stay = [(at, end) for reach, at, step in here if step.source == number and not reach for end in ("out", "in")]
    return [*stay, *((at, "out") for _, at in sorted(out)), *((at, "in") for _, at in sorted(come, reverse=True))]


def _lanes(steps: list[_Step]) -> dict[int, int]:
    """The lane of every line at the side, 0 the outermost; lines that meet never share one."""
    lanes: dict[int, int] = {}
    for side in ("left", "right"):
        taken: list[list[tuple[int, int]]] = []
        here = [at for at, step in enumerate(steps) if step.side == side and step.reach]
        order = sorted(here, key=lambda at: -steps[at].reach)
        for at in order:
            span = (min(steps[at].source, steps[at].target), max(steps[at].source, steps[at].target))
            free = (lane for lane, spans in enumerate(taken) if all(span[1] < a or b < span[0] for a, b in spans))
            lane = next(free, len(taken))
            if lane == len(taken):
                taken.append([])
            taken[lane].append(span)
            lanes[at] = lane
    return lanes


def _line(step: _Step, number: int, boxes: list[_Box], lanes: dict[int, int], most: int) -> str:
    """A line that leaves a box at its side, runs in its lane and comes back to another."""
    right = step.side == "right"
    edge = BOX_RIGHT if right else BOX_LEFT
    away = FIRST_LANE + LANE * lanes[number] if step.reach else BOX_LEFT - LABEL - 6
    lane = WIDTH - away if right else away
    start = boxes[step.source].ports[step.side, number, "out"]
    end = boxes[step.target].ports[step.side, number, "in"]
    tip = edge + HEAD if right else edge - HEAD
    path = f"M{edge} {start}H{lane}V{end}H{edge}M{tip} {end - HEAD}L{edge} {end}L{tip} {end + HEAD}"
    label = [*_wrap(step.label, LABEL), *([step.often] if step.often else [])]  # a figure is never broken
    x = edge + 4 if right else edge - 4
    anchor = "start" if right else "end"
    texts = [(start - 4, label[0]), *((start + 11 + LINE * at, line) for at, line in enumerate(label[1:]))]
    return _path(path, step.times, most) + _texts(x, texts, anchor)


def _downwards(boxes: list[_Box], steps: list[_Step], most: int) -> list[str]:
    """Steps from a stage to the next, one line for all of them with their labels beside it."""
    parts = []
    for number, box in enumerate(boxes[:-1]):
        here = [step for step in steps if step.side == "down" and step.source == number]
        labels = [f"{step.label} {step.often}".strip() for step in here]
        if labels:
            top, end = box.top + box.height, boxes[number + 1].top
            head = f"M{MIDDLE - HEAD} {end - HEAD}L{MIDDLE} {end}L{MIDDLE + HEAD} {end - HEAD}"
            texts = [(top + 19 + LINE * at, label) for at, label in enumerate(labels)]
            parts.append(
                _path(f"M{MIDDLE} {top}V{end}{head}", here[0].times, most) + _texts(MIDDLE + 8, texts, "start")
            )
    return parts


def _box(box: _Box, here: bool) -> str:
    """A stage; where work lies now it has a thick edge and says so."""
    lines = [*box.name, _("now here")] if here else box.name
    under = [line for line in box.happened if line]
    first = box.top + (box.height - LINE * (len(lines) + len(under))) // 2 + 11
    texts = [(first + LINE * at, line) for at, line in enumerate(lines)]
    small = [(first + LINE * (len(lines) + at), line) for at, line in enumerate(under)]
    kind = "flow-stage is-current" if here else "flow-stage is-end" if box.stage.ends else "flow-stage"
    radius = 20 if box.stage.ends else 6
    return (
        f'<g class="{kind}"><rect x="{BOX_LEFT}" y="{box.top}" width="{BOX_RIGHT - BOX_LEFT}" height="{box.height}" '
        f'rx="{radius}" fill="none" stroke="currentColor" stroke-width="{3 if here else 1}"/>'
        f"{_texts(MIDDLE, texts, 'middle', 13)}{_texts(MIDDLE, small, 'middle')}</g>"
    )


def _path(path: str, times: int | None = None, most: int = 0) -> str:
    """A line; as thick as it was busy, dashed where nothing went along it."""
    how = ""
    if times is not None:
        how = f' stroke-width="{1 + 3 * times / most:.1f}"' if times else ' stroke-dasharray="3 3"'
    return f'<path class="flow-line" d="{path}" fill="none" stroke="currentColor"{how}/>'


def _texts(x: int, lines: Iterable[tuple[int, str]], anchor: str, size: int = 11) -> str:
    return "".join(
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="currentColor">{escape(line)}</text>'
        for y, line in lines
    )


def _wrap(text: str, room: int) -> list[str]:
    """`text` in lines that fit `room` px at 11 px: Latin at its blanks, Chinese anywhere."""
    lines = [""]
    for piece in text.split(" ") if text.isascii() else text:
        glue = " " if text.isascii() and lines[-1] else ""
        if lines[-1] and _wide(lines[-1] + glue + piece) > room:
            lines.append(piece)
        else:
            lines[-1] += glue + piece
    return lines


def _wide(text: str) -> float:
    return sum(5.8 if sign.isascii() else 11 for sign in text)
