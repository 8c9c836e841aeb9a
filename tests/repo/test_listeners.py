"""The composition root connects its listeners so that a failure becomes an issue."""

from __future__ import annotations

import ast
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "agent" / "app.py"


def test_listeners_are_connected_through_internal_errors() -> None:
    calls = [node for node in ast.walk(ast.parse(APP.read_text())) if isinstance(node, ast.Call)]
    bare = [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "connect"
    ]
    assert bare == [], "write `connect(signal, listener)`: its failure is then an issue"
    assert len([one for one in calls if getattr(one.func, "id", "") == "connect"]) > 20
