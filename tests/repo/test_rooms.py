"""Which room may import which: a table of what is allowed. What is not in it is not allowed.

A room is a package below `agent`, `central` or `drivers`, or a single module beside them. Modules
that every room of the agent may use are listed once. Circles and layers: setup.cfg.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("agent", "drivers", "central")
EVERY_ROOM = {"agent.__version__", "agent.clock", "agent.contract", "agent.errors", "agent.signals"}
# fmt: off
ALLOWED = {
    "agent.__main__": (
        "agent.bootstrap agent.doctor agent.log_rate_limit agent.malloc agent.settings "
        "agent.stick"
    ),
    "agent.app": (
        "agent.authority agent.box_state agent.control agent.evidence agent.health agent.ingest "
        "agent.link agent.listeners agent.live agent.maintenance agent.output_set "
        "agent.overrides agent.page agent.play agent.playout agent.settings agent.state "
        "agent.stick_visits agent.telemetry agent.timesync"
    ),
    "agent.authority": "agent.health agent.store agent.trust",
    "agent.bootstrap": (
        "agent.app agent.box_state agent.evidence agent.health agent.link agent.settings "
        "agent.store agent.trust"
    ),
    "agent.box_state": (
        "agent.background_jobs agent.control agent.evidence agent.health agent.link "
        "agent.overrides agent.plan agent.play agent.settings agent.state agent.store agent.trust"
    ),
    "agent.clock": "agent.clock_reading agent.system_clock",
    "agent.control": (
        "agent.evidence agent.health agent.overrides agent.plan agent.play agent.playout "
        "agent.settings agent.state agent.store"
    ),
    "agent.doctor": (
        "agent.authority agent.evidence agent.health agent.link agent.plan agent.play "
        "agent.sandbox agent.settings agent.store agent.timesync agent.trust "
        "drivers.control_plane drivers.errors drivers.registry drivers.sign_registry "
        "drivers.video_input"
    ),
    "agent.evidence": "agent.store agent.trust",
    "agent.health": (
        "agent.settings agent.store agent.trust drivers.errors drivers.interface "
        "drivers.registry"
    ),
    "agent.ingest": "agent.evidence agent.plan agent.state agent.store agent.trust",
    "agent.link": "agent.store",
    "agent.listeners": (
        "agent.authority agent.background_jobs agent.evidence agent.health agent.link "
        "agent.playout agent.settings agent.state agent.store agent.telemetry"
    ),
    "agent.log_rate_limit": "",
    "agent.maintenance": "agent.background_jobs agent.play agent.state agent.store agent.trust",
    "agent.live": (
        "agent.link agent.plan agent.play agent.radio agent.sandbox agent.settings agent.state "
        "agent.trust"
    ),
    "agent.output_set": (
        "agent.box_state agent.live agent.overrides agent.play agent.playout agent.settings "
        "agent.state agent.verifier"
    ),
    "agent.overrides": (
        "agent.evidence agent.health agent.plan agent.play agent.settings agent.state "
        "agent.store"
    ),
    "agent.page": "agent.control agent.health agent.settings agent.stick agent.store",
    "agent.plan": "agent.settings agent.trust",
    "agent.play": (
        "agent.malloc agent.sandbox agent.settings drivers.control_plane drivers.errors "
        "drivers.frame_sink drivers.interface drivers.pixel_rows drivers.registry "
        "drivers.sign_registry drivers.video_input"
    ),
    "agent.playout": "agent.plan agent.play agent.settings agent.state",
    "agent.radio": "agent.link",
    "agent.settings": (
        "drivers.driver_index drivers.errors drivers.frame_sink drivers.interface drivers.profile "
        "drivers.registry"
    ),
    "agent.state": "agent.plan agent.store",
    "agent.stick": (
        "agent.evidence agent.link agent.sandbox agent.settings agent.state agent.store"
    ),
    "agent.stick_visits": (
        "agent.authority agent.box_state agent.control agent.ingest agent.link agent.settings "
        "agent.stick agent.telemetry"
    ),
    "agent.store": "",
    "agent.telemetry": (
        "agent.evidence agent.health agent.play agent.settings agent.state agent.store "
        "agent.trust"
    ),
    "agent.timesync": "agent.evidence agent.store agent.trust",
    "agent.trust": "",
    "agent.verifier": (
        "agent.play agent.sandbox agent.settings drivers.errors drivers.interface drivers.registry"
    ),
    "central.__main__": "central.cli central.testbed",
    "central.authority": (
        "agent.trust central.documents central.messages central.publication central.store"
    ),
    "central.cli": (
        "agent.radio agent.trust central.authority central.collector central.documents "
        "central.enrolment central.live central.messages central.neighbours central.officer "
        "central.publication central.reports central.stick central.store"
    ),
    "central.collector": "central.authority central.documents central.publication central.store",
    "central.documents": "agent.sandbox agent.trust central.messages central.store",
    "central.enrolment": "agent.trust central.authority central.messages central.store",
    "central.issues": "central.authority central.documents central.store",
    "central.live": (
        "agent.link agent.radio agent.trust central.authority central.documents "
        "central.messages central.publication central.store"
    ),
    "central.neighbours": "central.messages",
    "central.officer": "agent.plan agent.trust central.authority central.documents",
    "central.publication": (
        "agent.plan agent.play agent.trust central.documents central.messages central.store"
    ),
    "central.reports": (
        "agent.plan central.documents central.issues central.messages central.publication "
        "central.store"
    ),
    "central.stick": (
        "central.authority central.collector central.documents central.publication central.store"
    ),
    "central.store": "",
    "central.testbed": (
        "central.authority central.collector central.documents central.live "
        "central.publication central.store"
    ),
    "drivers.audio": "drivers.errors drivers.interface",
    "drivers.board_control": (
        "drivers.bus drivers.codec drivers.control_plane drivers.errors drivers.profile"
    ),
    "drivers.bus": "drivers.errors drivers.profile",
    "drivers.content_board": (
        "drivers.bus drivers.codec drivers.errors drivers.frame_sink drivers.profile"
    ),
    "drivers.input": "drivers.bus drivers.errors drivers.profile",
    "drivers.led": (
        "drivers.bus drivers.codec drivers.errors drivers.frame_sink drivers.pixel_rows "
        "drivers.profile"
    ),
    "drivers.profile": "drivers.control_plane drivers.errors drivers.interface",
    "drivers.driver_index": "drivers.profile",
    "drivers.registry": (
        "drivers.control_plane drivers.driver_index drivers.errors drivers.frame_sink "
        "drivers.interface drivers.profile drivers.video_input"
    ),
    "drivers.relay": "drivers.bus drivers.errors drivers.profile",
    "drivers.sensor": "drivers.bus drivers.errors drivers.interface drivers.profile",
    "drivers.sign_registry": "drivers.driver_index drivers.frame_sink drivers.registry",
    "drivers.sim": (
        "drivers.codec drivers.errors drivers.interface drivers.profile drivers.video_input"
    ),
    "drivers.video": "drivers.errors drivers.video_input",
}
# fmt: on


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def list_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module in CODE:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def read_graph() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for path in (path for folder in CODE for path in (ROOT / folder).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.name == "__init__.py" and module.count(".") == 1:
            continue
        room = room_of(module)
        ours = {room_of(name) for name in list_imports(path) if name.split(".")[0] in CODE}
        graph.setdefault(room, set()).update(ours - {room})
    return graph


GRAPH = read_graph()


@pytest.mark.parametrize("room", sorted(GRAPH))
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    allowed = set(ALLOWED.get(room, "").split())
    everywhere = EVERY_ROOM if not room.startswith("drivers.") else set()
    assert GRAPH[room] - allowed - everywhere == set()


def test_the_table_allows_nothing_that_no_module_needs() -> None:
    spare = {room: set(ALLOWED[room].split()) - GRAPH.get(room, set()) for room in ALLOWED}
    assert {room: names for room, names in spare.items() if names} == {}
