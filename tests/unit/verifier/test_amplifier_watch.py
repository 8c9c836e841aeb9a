"""Current and fault contacts of amplifiers, as far as they prove a play."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agent.contract.report import InputState, Play
from agent.settings.model import Input, Sensor
from agent.verifier import amplifier_watch
from agent.verifier.amplifier_watch import AmplifierWatch
from agent.verifier.play_evidence import Look

CURRENT = Sensor(name="dong", measures="current", profile="sim-sensor", zone="nga-ba", low=0.2)
CONTACT = Input(name="loi", kind="amplifier-fault", profile="sim-input", zone="nga-ba")


class Watched:
    """A watch, what it sees, and its issues; something plays on `nga-ba`."""

    def __init__(self, *sensors: Sensor, unswitched: frozenset[str] = frozenset()) -> None:
        self.sounding, self.is_on = "nga-ba", True
        self.looks: list[Look] = []
        self.issues: dict[str, str | None] = {}
        self.watch = AmplifierWatch(
            sensors, [CONTACT], unswitched=unswitched,
            is_sounding=lambda zone: zone == self.sounding, is_on=lambda _zone: self.is_on,
            on_look=self.looks.append, set_issue=self.set_issue,
        )  # fmt: skip

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        self.issues[f"{kind} {subject}"] = hint


def with_(**changes: Any) -> Sensor:
    given = {"name": "dong", "measures": "current", "profile": "sim-sensor", "zone": "nga-ba"}
    return Sensor(**{**given, **changes})


def test_what_it_draws_while_it_sounds_is_a_look() -> None:
    watched = Watched(CURRENT)
    watched.watch.on_sample(CURRENT, 0.9)
    watched.watch.on_sample(CURRENT, 0.05)
    assert [(one.method, one.where, one.is_found) for one in watched.looks] == [
        ("current", "nga-ba", True), ("current", "nga-ba", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sensor",
    [
        with_(zone="chua", low=0.2),  # nothing plays there
        with_(measures="temperature", low=0.2),
        with_(),  # nobody has said what it draws
    ],
)
def test_any_other_sample_proves_nothing(sensor: Sensor) -> None:
    watched = Watched(sensor)
    watched.watch.on_sample(sensor, 0.9)
    assert watched.looks == []


@pytest.mark.parametrize(
    ("value", "is_changed"), [(1.0, False), (0.75, False), (1.25, False), (0.6, True), (1.4, True)]
)
def test_a_mean_that_is_thirty_percent_off_is_an_issue(value: float, *, is_changed: bool) -> None:
    sensor = with_(baseline=1.0)
    watched = Watched(sensor)
    for _ in range(5):
        watched.watch.on_sample(sensor, value)
    assert watched.issues == {}
    watched.watch.on_sample(sensor, value)
    assert (watched.issues["amplifier_draw_changed nga-ba"] is not None) == is_changed


def states(*, is_fault: bool | None) -> dict[str, InputState]:
    return {"loi": InputState("amplifier-fault", is_fault)}


def test_a_fault_contact_is_a_look_a_second_while_its_zone_sounds() -> None:
    watched = Watched()
    for is_fault in (None, False, True):  # None: it cannot be read, and says nothing
        assert watched.watch.look(states(is_fault=is_fault))
    assert [(one.method, one.where, one.is_found) for one in watched.looks] == [
        ("contact", "nga-ba", True), ("contact", "nga-ba", False),
    ]  # fmt: skip
    watched.is_on = False  # its line comes on late, or has been dropped
    assert watched.watch.look(states(is_fault=True))
    watched.sounding = ""
    assert not watched.watch.look(states(is_fault=True))
    assert len(watched.looks) == 2


def test_only_a_fault_that_lasts_is_an_issue_and_the_first_good_look_ends_it() -> None:
    watched = Watched()
    for _ in range(2):  # an amplifier that was just switched on
        watched.watch.look(states(is_fault=True))
    assert watched.issues == {}
    watched.watch.look(states(is_fault=True))
    assert watched.issues == {"amplifier_fault loi": "its fault contact says fault"}
    watched.watch.look(states(is_fault=False))
    assert watched.issues == {"amplifier_fault loi": None}


def test_looks_of_two_plays_are_not_added_up() -> None:
    watched = Watched()
    for _ in range(3):
        watched.watch.look(states(is_fault=True))
        watched.watch.look(states(is_fault=True))
        watched.sounding = ""
        watched.watch.look(states(is_fault=True))  # switched off: it says fault
        watched.sounding = "nga-ba"
    assert watched.issues == {}


@pytest.mark.parametrize(("zones", "expected"), [({"nga-ba"}, 1), (set(), 0)])
def test_an_amplifier_that_is_never_switched_off_is_an_issue_at_any_time(
    zones: set[str], expected: int
) -> None:
    watched = Watched(unswitched=frozenset(zones))
    watched.watch.on_contact("loi", is_active=True)
    watched.watch.on_contact("cua-tu", is_active=True)
    assert len(watched.issues) == expected


async def turns(count: int) -> None:
    """Let everything run that can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_it_looks_from_the_begin_of_a_play_until_nothing_sounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(amplifier_watch, "LOOK_EVERY_S", 0.0)
    watched = Watched()
    task = asyncio.create_task(watched.watch.run(lambda: states(is_fault=False)), name="watch")
    await turns(3)
    assert watched.looks == []
    watched.watch.on_play(cast("Play", SimpleNamespace(zones=["nga-ba"])))
    await turns(30)
    assert len(watched.looks) >= 3
    watched.sounding = ""
    await turns(2)
    seen = len(watched.looks)
    await turns(30)
    assert len(watched.looks) == seen
    task.cancel()
    await asyncio.wait([task])
