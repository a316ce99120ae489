"""The BPMN export: judged by its structure, as a reader of the standard would."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from gongzhi.procedures import bpmn
from gongzhi.procedures.tests.cast import voice_net

M = f"{{{bpmn.MODEL}}}"
NODES = {f"{M}{kind}" for kind in ("userTask", "startEvent", "endEvent", "exclusiveGateway", "parallelGateway")}


@pytest.fixture(params=["zh-hans", "en"])
def root(request: pytest.FixtureRequest) -> ET.Element:
    return ET.fromstring(bpmn.export(voice_net(), request.param))


def nodes(root: ET.Element) -> dict[str, ET.Element]:
    return {element.get("id", ""): element for element in root.iter() if element.tag in NODES}


def test_every_id_is_unique(root: ET.Element) -> None:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert all(count == 1 for count in ids.values())


def test_every_flow_connects_two_nodes_that_know_of_it(root: ET.Element) -> None:
    known = nodes(root)
    flows = list(root.iter(f"{M}sequenceFlow"))
    for flow in flows:
        source, target = known[flow.get("sourceRef", "")], known[flow.get("targetRef", "")]
        assert flow.get("id") in [out.text for out in source.findall(f"{M}outgoing")]
        assert flow.get("id") in [come.text for come in target.findall(f"{M}incoming")]
    told = [element.text for kind in ("incoming", "outgoing") for element in root.iter(f"{M}{kind}")]
    assert Counter(told) == Counter({flow.get("id"): 2 for flow in flows})


def test_every_node_is_reached_from_the_one_start(root: ET.Element) -> None:
    follow: dict[str, list[str]] = {}
    for flow in root.iter(f"{M}sequenceFlow"):
        follow.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
    (start,) = root.iter(f"{M}startEvent")
    seen, queue = set(), [start.get("id", "")]
    while queue:
        now = queue.pop()
        if now not in seen:
            seen.add(now)
            queue += follow.get(now, [])
    assert seen == set(nodes(root))


def test_starts_have_nothing_before_and_ends_nothing_after(root: ET.Element) -> None:
    for start in root.iter(f"{M}startEvent"):
        assert start.find(f"{M}incoming") is None
    for end in root.iter(f"{M}endEvent"):
        assert end.find(f"{M}outgoing") is None
        assert end.find(f"{M}incoming") is not None


def test_incoming_stands_before_outgoing_as_the_schema_wants(root: ET.Element) -> None:
    for node in nodes(root).values():
        order = [child.tag for child in node]
        assert order == sorted(order, key=[f"{M}incoming", f"{M}outgoing"].index)


def test_joins_and_splits_are_parallel_gateways(root: ET.Element) -> None:
    gates = {code for code, node in nodes(root).items() if node.tag == f"{M}parallelGateway"}
    assert gates == {"split_help", "join_close_0", "join_close_1"}


def test_everything_has_a_place_in_the_drawing(root: ET.Element) -> None:
    drawn = {e.get("bpmnElement") for kind in ("BPMNShape", "BPMNEdge") for e in root.iter(f"{{{bpmn.DI}}}{kind}")}
    flows = {flow.get("id") for flow in root.iter(f"{M}sequenceFlow")}
    assert drawn == set(nodes(root)) | flows


def test_what_bpmn_has_no_word_for_is_documented(root: ET.Element) -> None:
    told = " ".join(text.text or "" for text in root.iter(f"{M}documentation"))
    assert "clock: pause waiting_resident" in told
    assert "permit: case_close" in told
