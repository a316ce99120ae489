"""The flow chart: complete, readable on a phone, without anything a strict page forbids."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from gongzhi.procedures import drawing
from gongzhi.procedures.rules import Move, Net, Stage, Taking
from gongzhi.procedures.tests.cast import voice_net

SVG = "{http://www.w3.org/2000/svg}"
NET = voice_net()


def chart(current: list[str], language: str = "zh-hans") -> ET.Element:
    return ET.fromstring(drawing.draw(NET, current, language))


def words(element: ET.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def test_every_stage_and_move_is_written() -> None:
    told = "".join(words(chart([])))
    assert all(stage.name_zh in told for stage in NET.stages)
    assert all(move.name_zh in told for move in NET.moves)


def test_the_stages_that_hold_work_are_marked_by_line_and_word() -> None:
    svg = chart(["in_hand", "helping"], "en")
    here = [group for group in svg.iter(f"{SVG}g") if "is-current" in group.get("class", "")]
    assert [words(group)[0] for group in here] == ["In hand", "Others are helping"]
    assert all("now here" in words(group) for group in here)
    assert "Now: In hand, Others are helping." in svg.findtext(f"{SVG}desc", "")


def test_a_screen_reader_gets_title_and_every_step() -> None:
    svg = chart([], "en")
    labelled = svg.get("aria-labelledby", "").split()
    assert [element.get("id") for element in (svg.find(f"{SVG}title"), svg.find(f"{SVG}desc"))] == labelled
    assert svg.findtext(f"{SVG}title") == "Handling of a voice"
    assert "Received → Accept → In hand" in svg.findtext(f"{SVG}desc", "")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_leaves_the_drawing_and_boxes_do_not_touch(language: str) -> None:
    svg = chart(["asked"], language)
    height = int(svg.get("height", "0"))
    boxes = [(int(rect.get("y", 0)), int(rect.get("height", 0))) for rect in svg.iter(f"{SVG}rect")]
    assert all(top + tall < following for (top, tall), (following, _) in pairwise(boxes))
    assert boxes[-1][0] + boxes[-1][1] <= height
    assert int(svg.get("width", "0")) <= 360
    assert all(0 <= int(text.get("x", 0)) <= 360 for text in svg.iter(f"{SVG}text"))


def test_a_strict_page_can_show_it() -> None:
    for element in chart(["in_hand"]).iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script")
        assert not {"style", "onload", "href"} & set(element.attrib)


def test_names_are_escaped() -> None:
    stages = (Stage("a", "<b>", "<b> & co"), Stage("z", "完", "Done", ends=True))
    step = Move("m", "走", '"go"', ((("a", Taking.OWN),),), (("z", "keep"),))
    svg = ET.fromstring(drawing.draw(Net("n", 1, "<i>", "<i>", stages, "a", (step,)), [], "en"))
    assert "<b> & co" in words(svg)


def test_a_stage_that_is_only_looked_into_has_no_line_back() -> None:
    assert drawing.edges(NET.move("help")) == [("in_hand", "helping")]
    assert drawing.edges(NET.move("send")) == [("received", "received")]
    assert set(drawing.edges(NET.move("close"))) == {
        ("answered", "closed"),
        ("helped", "closed"),
        ("in_hand", "closed"),
    }


def test_what_happened_is_written_on_the_chart_and_what_did_not_is_dashed() -> None:
    net = NET
    first, *_rest = drawing.edges(net.moves[0])

    plain = drawing.draw(net, language="en")
    told = drawing.draw(
        net, language="en", happened=drawing.Happened({net.stages[0].code: "half within 3 h"}, {first: 1234})
    )

    assert "1,234×" in told
    assert "half within" in told
    assert 'stroke-width="4.0"' in told
    assert "stroke-dasharray" in told
    assert "stroke-dasharray" not in plain
    assert "style=" not in told


def test_in_words_every_stage_and_every_line_of_the_chart_is_there_once() -> None:
    told = drawing.stops(NET, ["in_hand"], "en")

    assert [stop.name for stop in told] == [stage.name_en for stage in NET.stages]
    assert [stop.name for stop in told if stop.here] == [NET.stages[1].name_en]
    ways = {(stop.name, way.to or stop.name) for stop in told for way in stop.ways}
    names = {stage.code: stage.name_en for stage in NET.stages}
    assert ways == {(names[a], names[b]) for move in NET.moves for a, b in drawing.edges(move)}
    assert all(way.often == "" for stop in told for way in stop.ways)


def test_in_words_too_what_happened_is_counted() -> None:
    first, *_rest = drawing.edges(NET.moves[0])

    told = drawing.stops(NET, (), "zh", drawing.Happened({first[0]: "一半在 3 小时内"}, {first: 1234}))

    stop = next(stop for stop in told if stop.under)
    assert stop.under == "一半在 3 小时内"
    assert "1,234×" in [way.often for way in stop.ways]
    assert all(way.often for stop in told for way in stop.ways)
