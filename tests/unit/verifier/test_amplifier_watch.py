"""Current and fault contacts of amplifiers, as far as they prove a play."""

from __future__ import annotations

from typing import Any

import pytest

from agent.settings.model import Input, Sensor
from agent.verifier.amplifier_watch import AmplifierWatch
from agent.verifier.play_evidence import Look

CURRENT = Sensor(name="dong", measures="current", profile="sim-sensor", zone="nga-ba", low=0.2)
CONTACT = Input(name="loi", kind="amplifier-fault", profile="sim-input", zone="nga-ba")


class Watched:
    """A watch, what it sees, and its issues; something plays on `nga-ba`."""

    def __init__(self, *sensors: Sensor) -> None:
        self.looks: list[Look] = []
        self.issues: dict[str, str | None] = {}
        self.watch = AmplifierWatch(
            sensors, [CONTACT], is_sounding=lambda zone: zone == "nga-ba",
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


def test_a_fault_contact_is_asked_at_the_begin_and_at_each_change() -> None:
    watched = Watched()
    play: Any = type("Play", (), {"zones": ["nga-ba"]})
    watched.watch.on_play(play)
    assert watched.looks == []  # it was not read yet
    watched.watch.on_contact("loi", is_active=False)
    watched.watch.on_play(play)
    watched.watch.on_contact("loi", is_active=True)
    watched.watch.on_contact("cua-tu", is_active=True)
    assert [(one.method, one.is_found) for one in watched.looks] == [
        ("contact", True), ("contact", True), ("contact", False),
    ]  # fmt: skip
