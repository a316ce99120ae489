"""A procedure as BPMN 2.0 XML (ISO/IEC 19510), with its drawing, for the tools other people use.

A stage is a user task; where several moves can leave it an exclusive gateway follows. A move is a sequence
flow, with a parallel gateway where it joins or splits. An ending stage can go to an end event. What BPMN has
no word for (clause, permit, clock) stands in the flow's documentation. An export: nothing is read back.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from gongzhi.procedures.rules import ClockAct, Move, Net, Stage

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
SIZES = {"userTask": (140, 60), "startEvent": (36, 36), "endEvent": (36, 36)}
GATE = (50, 50)
ROW, COLUMN = 120, 200


class _Diagram:
    """Nodes and flows of one process, with places for the drawing."""

    def __init__(self, process: ET.Element, language: str) -> None:
        self.process = process
        self.language = language
        self.nodes: dict[str, ET.Element] = {}
        self.places: dict[str, tuple[int, int]] = {}
        self.flows: list[tuple[str, str, str, str, str]] = []

    def name(self, thing: Net | Stage | Move) -> str:
        return thing.name_en if self.language.startswith("en") else thing.name_zh

    def node(self, kind: str, code: str, name: str, column: int, row: int) -> str:
        """Add a node; its id."""
        self.nodes[code] = ET.SubElement(self.process, f"{{{MODEL}}}{kind}", {"id": code, "name": name})
        self.places[code] = (80 + COLUMN * column, 60 + ROW * row)
        return code

    def flow(self, source: str, target: str, name: str = "", told: str = "") -> None:
        """Add a sequence flow between two nodes."""
        self.flows.append((f"flow_{len(self.flows) + 1}", source, target, name, told))

    def finish(self) -> None:
        """Write flows, and what comes in and goes out of each node."""
        for side, end in (("incoming", 2), ("outgoing", 1)):
            for known in self.flows:
                ET.SubElement(self.nodes[known[end]], f"{{{MODEL}}}{side}").text = known[0]
        for code, source, target, name, told in self.flows:
            named = {"id": code, "sourceRef": source, "targetRef": target} | ({"name": name} if name else {})
            flow = ET.SubElement(self.process, f"{{{MODEL}}}sequenceFlow", named)
            if told:
                ET.SubElement(flow, f"{{{MODEL}}}documentation").text = told


def export(net: Net, language: str = "zh-hans") -> bytes:
    """The procedure as a BPMN 2.0 document (UTF-8)."""
    for prefix, space in (("bpmn", MODEL), ("bpmndi", DI), ("dc", DC), ("di", DD)):
        ET.register_namespace(prefix, space)
    root = ET.Element(
        f"{{{MODEL}}}definitions", {"id": f"definitions_{net.code}", "targetNamespace": "urn:gongzhi:procedures"}
    )
    name = net.name_en if language.startswith("en") else net.name_zh
    attributes = {"id": f"process_{net.code}_{net.version}", "name": name, "isExecutable": "false"}
    process = ET.SubElement(root, f"{{{MODEL}}}process", attributes)
    diagram = _Diagram(process, language)
    _stages(net, diagram)
    for move in net.moves:
        _move(net, move, diagram)
    diagram.finish()
    _drawing(root, attributes["id"], diagram)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _stages(net: Net, diagram: _Diagram) -> None:
    start = diagram.node("startEvent", "begin", "", 0, 0)
    for row, stage in enumerate(net.stages):
        diagram.node("userTask", f"stage_{stage.code}", diagram.name(stage), 1, row)
        diagram.node("exclusiveGateway", f"choice_{stage.code}", "", 2, row)
        diagram.flow(f"stage_{stage.code}", f"choice_{stage.code}")
        if stage.ends:
            diagram.flow(f"choice_{stage.code}", diagram.node("endEvent", f"end_{stage.code}", "", 0, row))
    diagram.flow(start, f"stage_{net.start}")


def _move(net: Net, move: Move, diagram: _Diagram) -> None:
    """One flow for a plain step; joins and splits get parallel gateways, each alternative its own."""
    rows = {stage.code: row for row, stage in enumerate(net.stages)}
    told = _told(move)
    split = ""
    if len(move.put) > 1:
        split = diagram.node("parallelGateway", f"split_{move.code}", "", 4, rows[move.put[0][0]])
        for target in move.puts_in:
            diagram.flow(split, f"stage_{target}")
    goal = split or f"stage_{move.puts_in[0]}"
    for number, choice in enumerate(move.take):
        if len(choice) == 1:
            diagram.flow(f"choice_{choice[0][0]}", goal, diagram.name(move), told)
            continue
        gate = diagram.node("parallelGateway", f"join_{move.code}_{number}", "", 3, rows[choice[0][0]])
        for source, _ in choice:
            diagram.flow(f"choice_{source}", gate, diagram.name(move), told)
        diagram.flow(gate, goal)


def _told(move: Move) -> str:
    facts = [("clause", move.clause), ("permit", move.permit), ("needs", " ".join(move.needs))]
    facts.append(("unless", " ".join(move.unless)))
    if move.clock.act is not ClockAct.NONE:
        reasons = ", ".join(term.reason for term in move.clock.pauses)
        facts.append(("clock", f"{move.clock.act} {reasons}".strip()))
    return "; ".join(f"{word}: {said}" for word, said in facts if said)


def _drawing(root: ET.Element, process: str, diagram: _Diagram) -> None:
    """Where everything stands; without it most tools show an empty page."""
    canvas = ET.SubElement(root, f"{{{DI}}}BPMNDiagram", {"id": "diagram"})
    plane = ET.SubElement(canvas, f"{{{DI}}}BPMNPlane", {"id": "plane", "bpmnElement": process})
    for code, (x, y) in diagram.places.items():
        shape = ET.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"shape_{code}", "bpmnElement": code})
        wide, high = SIZES.get(diagram.nodes[code].tag.partition("}")[2], GATE)
        box = {"x": x - wide // 2, "y": y - high // 2, "width": wide, "height": high}
        ET.SubElement(shape, f"{{{DC}}}Bounds", {key: str(value) for key, value in box.items()})
    for code, source, target, _, _ in diagram.flows:
        edge = ET.SubElement(plane, f"{{{DI}}}BPMNEdge", {"id": f"edge_{code}", "bpmnElement": code})
        for node in (source, target):
            x, y = diagram.places[node]
            ET.SubElement(edge, f"{{{DD}}}waypoint", {"x": str(x), "y": str(y)})
