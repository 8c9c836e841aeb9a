"""The verifier of a box: its parts by the settings, and what of them runs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from agent.contract.report import InputState
from agent.settings.model import Output, Sensor, Settings
from agent.settings.still_faces import list_still_faces
from agent.verifier.amplifier_watch import DRAWN_MEASURES, FAULT_CONTACT, AmplifierWatch
from agent.verifier.heard_keys import HeardKeys
from agent.verifier.play_evidence import Look
from agent.verifier.play_proofs import PlayProofs, ProofLog, RecordLog
from agent.verifier.sound_monitor import SoundMonitor, spawn_monitor
from agent.verifier.wall_sight import WallSight, is_sight
from drivers import registry

SetIssue = Callable[[str, str, str | None], None]
Run = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Verifier:
    """What proves the plays of one box.

    Args:
        log: the journal as outputs write it; each play on it is proved.
        amplifiers: takes the samples of sensors and the states of contacts.
        keys: take the word of a person.
        monitors: output → the input that hears it.
        sights: the light sensors that look at faces.
        add: counts a look for the plays that it concerns.
    """

    log: ProofLog
    amplifiers: AmplifierWatch
    keys: HeardKeys
    monitors: Mapping[str, SoundMonitor]
    sights: WallSight
    add: Callable[[Look], None]

    def look_at_card(self, faces: Iterable[str], *, shows_ours: bool) -> None:
        """A control card has said what is on these faces."""
        for face in faces:
            self.add(Look("card", face, shows_ours, float(shows_ours)))

    def look_at_sign(self, face: str, program: str) -> None:
        """A sign that stores its picture has said that it plays ours."""
        self.add(Look("card", face, is_found=True, value=1.0, program=program))

    def services(self, read_states: Callable[[], Mapping[str, InputState]]) -> dict[str, Run]:
        """What runs, by name.

        Args:
            read_states: gives every contact's present state.
        """
        return {
            "amplifier watch": partial(self.amplifiers.run, read_states),
            "heard keys": self.keys.run,
            **{f"monitor of {name}": one.run for name, one in self.monitors.items()},
        }


def build_verifier(
    settings: Settings, journal: RecordLog, set_issue: SetIssue, is_on: Callable[[str], bool]
) -> Verifier:
    """All parts; a monitor hears nothing until its `run`, and until its output's plays begin.

    Args:
        settings: of this box.
        journal: takes the proof records.
        set_issue: begins or ends an issue.
        is_on: is the line of a zone on?
    """
    monitors: dict[str, SoundMonitor] = {}
    proofs = PlayProofs(
        journal,
        set_issue,
        zones={one.name: frozenset(_list_zones(one)) for one in settings.outputs},
        witnesses=_find_witnesses(settings),
        is_lost=lambda output: output in monitors and monitors[output].is_lost,
    )
    zones = [zone for output in settings.outputs for zone in output.zones]
    amplifiers = AmplifierWatch(
        settings.sensors, settings.inputs,
        unswitched=frozenset(zone.name for zone in zones if zone.switch is None),
        is_sounding=proofs.is_sounding, is_on=is_on, on_look=proofs.add, set_issue=set_issue,
    )  # fmt: skip
    proofs.began.connect(amplifiers.on_play)
    for output in settings.outputs:
        if output.monitor is None:
            continue
        spawn = spawn_monitor(output.name, output.monitor.driver, output.monitor.device)
        monitor = SoundMonitor(
            output.name, output.monitor.kind, spawn,
            on_look=proofs.add, on_blind=proofs.note_blind, set_issue=set_issue,
        )  # fmt: skip
        proofs.began.connect(monitor.on_begin)
        proofs.ended.connect(monitor.on_end)
        monitors[output.name] = monitor
    keys = HeardKeys(settings.inputs, proofs.confirm)
    sights = WallSight(
        settings.sensors, settings.outputs,
        on_look=proofs.add, on_blind=proofs.note_blind, find_saturated=_find_saturated,
    )  # fmt: skip
    return Verifier(ProofLog(journal, proofs), amplifiers, keys, monitors, sights, proofs.add)


def _find_saturated(sensor: Sensor) -> float | None:
    """The value at which a sensor counts no further, by its profile; None: it does not say."""
    file = registry.describe(sensor.profile).file
    reading = getattr(file, "readings", {}).get(sensor.measures)
    scale = sensor.options.get("scale", 1.0)
    if reading is None or reading.high is None or not isinstance(scale, int | float):
        return None
    return float(reading.high * scale)


def _list_zones(output: Output) -> list[str]:
    return [one.name for one in (output.zones if output.board is None else output.faces)]


def _find_witnesses(settings: Settings) -> frozenset[str]:
    """The outputs and zones that have a device that can look."""
    heard = [one.name for one in settings.outputs if one.monitor is not None]
    contacts = [one.zone for one in settings.inputs if one.kind == FAULT_CONTACT]
    drawn = [one.zone for one in settings.sensors if one.measures in DRAWN_MEASURES]
    faces = [face for one in settings.outputs for card in one.controls
             for face in (card.faces or _list_zones(one))]  # fmt: skip
    every = frozenset(face.name for one in settings.outputs for face in one.faces)
    seen = [one.zone for one in settings.sensors if is_sight(one, every)]
    signs = list_still_faces(settings.outputs)
    return frozenset(filter(None, [*heard, *contacts, *drawn, *faces, *seen, *signs]))
