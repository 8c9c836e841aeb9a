"""`draft command`: what a station would refuse is not drafted, and what it does is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.contract.document import Command
from agent.trust.payload import decode_payload
from central.__main__ import main
from central.documents.command_order import name_slot

WHERE = ("--issuer", "vn.84", "--to", "84/29266/tv-cl-0007", "--lang", "en")


def draft(out: Path, *words: str) -> tuple[int, str]:
    command = ("draft", "command", *words, *WHERE, "--out", str(out))
    result = CliRunner().invoke(main, command)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        (("volume",), "--db"),
        (("mute",), "--until"),
        (("tone",), "--zone"),
        (("tone", "--zone", "a", "--zone", "b"), "--zone"),
    ],
)
def test_what_a_command_lacks_is_named(tmp_path: Path, words: tuple[str, ...], lacks: str) -> None:
    code, said = draft(tmp_path / "x", *words)
    assert (code, lacks in said, (tmp_path / "x").exists()) == (78, True, False)


@pytest.mark.parametrize("words", [("volume", "--db", "3"), ("volume", "--db", "-41")])
def test_no_volume_above_the_calibrated_one_is_drafted(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    code, _ = draft(tmp_path / "x", *words)
    assert (code, (tmp_path / "x").exists()) == (2, False)


def test_a_mute_is_drafted_so_that_an_older_box_refuses_it_by_name(tmp_path: Path) -> None:
    code, said = draft(tmp_path / "x", "mute", "--zone", "nga-ba", "--until", "23:59")
    assert code == 0
    assert "MUTE the zones nga-ba until 23:59" in said
    document = decode_payload("command", (tmp_path / "x").read_bytes())
    assert isinstance(document, Command)
    assert document.crit == ["do=mute"]


def test_a_volume_without_a_zone_is_of_all(tmp_path: Path) -> None:
    _, said = draft(tmp_path / "x", "volume", "--db", "-6")
    assert "all zones: 6 dB below the calibrated level until it is changed" in said


def test_a_newer_command_replaces_one_of_the_same_zones_alone() -> None:
    assert name_slot("mute", ["b", "a"]) == name_slot("unmute", ["a", "b"]) == "mute.a.b"
    assert name_slot("mute", ["a"]) != name_slot("mute", ["b"])
    assert name_slot("volume", []) == "volume"
    many = [f"cum-loa-{number}" for number in range(12)]
    assert len(name_slot("mute", many)) <= 64
    assert name_slot("mute", many) != name_slot("mute", many[1:])
