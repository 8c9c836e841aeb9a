"""Every code that a probe can say has its words, in both languages, with a next step."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.messages import LABELS, PHRASES
from agent.doctor.probe_runner import build_probes

FOLDER = Path(__file__).resolve().parents[3] / "agent" / "doctor"
MAKERS = {"good", "warning", "fault", "unseen"}
# codes built from a name: of a health check, or of two words
BUILT = {f"unseen_{name}" for name in ("power", "temperature", "storage", "certificate")} | {
    "power_good", "disk_good", "storage_good", "temperature_good",
}  # fmt: skip
# nothing can be done, and nothing must
NO_STEP = {
    "no_systemd", "device_mute", "serial_none", "unseen_power", "unseen_temperature",
    "unseen_storage", "unseen_certificate",
}  # fmt: skip


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, node


def constants(node: ast.expr) -> list[str]:
    """The codes of one argument: a text, or either text of a condition."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) else []


SAID = [
    (name, code) for name, call in calls() if name in MAKERS for code in constants(call.args[0])
]


def test_every_code_that_is_used_has_a_phrase() -> None:
    assert len(SAID) > 60
    assert {code for _, code in SAID} | BUILT <= PHRASES.keys()


def test_every_phrase_is_used_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py"))
    codes = {code.removesuffix(".step") for code in PHRASES}
    assert codes <= PHRASES.keys()
    never = {code for code in codes if text.count(f'"{code}"') < 2 and code not in BUILT}
    assert never == set()


@pytest.mark.parametrize("code", sorted(PHRASES))
def test_a_phrase_is_translated(code: str) -> None:
    vi, en = PHRASES[code]
    assert vi != en or code == "dns_good" or code.endswith(".step")  # a command to type


def test_what_is_not_good_says_the_next_step() -> None:
    bad = {code for name, code in SAID if name != "good"}
    assert {code for code in bad if f"{code}.step" not in PHRASES} <= NO_STEP


def test_every_probe_has_a_name_for_people() -> None:
    assert [probe.name for probe in build_probes("boot")] == list(LABELS)


def test_codes_do_not_hide_kinds_of_issues() -> None:
    assert not PHRASES.keys() & ISSUE_KINDS.keys()


@pytest.mark.parametrize("code", sorted(PHRASES))
def test_a_command_of_ours_is_written_as_it_must_be_typed(code: str) -> None:
    """Without sudo nobody may read the settings, once the PIN in them is closed off."""
    assert not [text for text in PHRASES[code] if "`tramtin " in text]
