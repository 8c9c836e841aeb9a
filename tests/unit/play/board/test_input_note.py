"""A card that showed a granted input when the agent died shows the box's own again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.__main__ import main
from agent.play.board.wall_control import WallControl, build_wall
from agent.settings.model import ControlCard
from drivers.board_control.novastar import NovaStarCard
from drivers.errors import DeviceTimeout
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of

PROFILE = "novastar-vx4s"
CARD = ControlCard(
    name="the-phat", profile=PROFILE, port="tcp://192.0.2.7", options={"input": "hdmi"}
)


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    return tmp_path


@pytest.fixture
def card(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimNovaStar]:
    assert runtime.is_dir()
    with wall_of(monkeypatch, PROFILE, 1, source="hdmi") as (sim, _driver):
        sim.apply({"input": "hdmi"})
        yield sim


def build() -> WallControl:
    return build_wall(CARD, lambda *_: None)


def restore() -> str:
    done = CliRunner().invoke(main, ["blank-boards"])
    assert done.exit_code == 0
    return done.output


def shown(card: SimNovaStar) -> int:
    return card.sender[0x0220_002D]  # "VX4S-Input-Switching-protocol": A0 HDMI, 40 SDI


def grant(source: str | None) -> None:
    wall = build()
    asyncio.run(wall.grant(source))


def test_attack_160_the_granted_input_of_a_killed_agent_is_taken_back(
    runtime: Path, card: SimNovaStar
) -> None:
    grant("sdi")  # and then it is killed
    assert shown(card) == 0x40
    assert restore() == "tcp://192.0.2.7: input hdmi\n"
    assert shown(card) == 0xA0
    assert list(runtime.iterdir()) == []


def test_a_grant_that_has_ended_leaves_no_note(runtime: Path, card: SimNovaStar) -> None:
    wall = build()
    asyncio.run(wall.grant("sdi"))
    assert [path.suffix for path in runtime.iterdir()] == [".json"]
    asyncio.run(wall.grant(None))
    assert shown(card) == 0xA0
    assert list(runtime.iterdir()) == []
    assert restore() == ""


def test_a_card_that_does_not_answer_keeps_its_note_and_stops_nothing(
    runtime: Path, card: SimNovaStar, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant("sdi")

    async def be_silent(*_: object) -> None:
        raise DeviceTimeout("the-phat", "input hdmi")

    with monkeypatch.context() as patch:
        patch.setattr(NovaStarCard, "select_input", be_silent)
        (runtime / "input-broken.json").write_text("{")
        assert len(restore().splitlines()) == 2
    assert len(list(runtime.glob("input-*.json"))) == 2
    assert shown(card) == 0x40
    assert "tcp://192.0.2.7: input hdmi" in restore()
    assert shown(card) == 0xA0


def test_without_a_service_nothing_is_noted(
    runtime: Path, card: SimNovaStar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY")
    grant("sdi")
    assert shown(card) == 0x40
    assert list(runtime.iterdir()) == []
