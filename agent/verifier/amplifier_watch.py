"""Amplifiers as witnesses: what they draw while a play sounds, and their fault contacts.

A current or power sensor of a zone proves the amplifier's work: it draws at least `low` while a
play sounds. `baseline` is what commissioning measured; a mean of half a minute of sound that is
30 % away from it means that loudspeakers of the line are off, shorted or replaced. A fault contact
is wired so that an amplifier without power reports a fault too: its silence proves the amplifier.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from statistics import fmean

from agent.contract.report import Play
from agent.settings.model import Input, Sensor
from agent.verifier.play_evidence import Look

SetIssue = Callable[[str, str, str | None], None]
DRAWN_MEASURES = ("current", "power")
FAULT_CONTACT = "amplifier-fault"
MEAN_SAMPLES = 6  # of 5 s
TOLERANCE = 0.30


class AmplifierWatch:
    """The sensors and contacts of the settings that belong to a zone.

    Args:
        sensors: of the settings.
        inputs: of the settings.
        is_sounding: does a play sound on a zone now?
        on_look: takes each look.
        set_issue: begins or ends `amplifier_draw_changed`.
    """

    def __init__(
        self,
        sensors: Sequence[Sensor],
        inputs: Sequence[Input],
        *,
        is_sounding: Callable[[str], bool],
        on_look: Callable[[Look], None],
        set_issue: SetIssue,
    ) -> None:
        self._zones = {one.name: one.zone for one in inputs if one.kind == FAULT_CONTACT}
        self._faults: dict[str, bool] = {}
        self._drawn: dict[str, deque[float]] = {
            one.name: deque(maxlen=MEAN_SAMPLES) for one in sensors if one.baseline is not None
        }
        self._is_sounding = is_sounding
        self._on_look = on_look
        self._set_issue = set_issue

    def on_sample(self, sensor: Sensor, value: float) -> None:
        """A sensor was read, and the state of its zone's line did not change meanwhile."""
        zone = sensor.zone
        if zone is None or sensor.measures not in DRAWN_MEASURES or not self._is_sounding(zone):
            return
        least = _find_least(sensor)
        if least is not None:
            self._on_look(Look("current", zone, value >= least, value))
        if sensor.baseline is not None:
            self._compare(sensor.name, zone, value, sensor.baseline)
        self._look_at_contacts(zone)

    def _compare(self, name: str, zone: str, value: float, baseline: float) -> None:
        drawn = self._drawn[name]
        drawn.append(value)
        if len(drawn) < MEAN_SAMPLES:
            return
        mean = fmean(drawn)
        is_changed = abs(mean - baseline) > TOLERANCE * baseline
        hint = f"{name}: {mean:.3g} while it sounds, {baseline:.3g} at commissioning"
        self._set_issue("amplifier_draw_changed", zone, hint if is_changed else None)

    def on_contact(self, name: str, is_active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """A contact was read for the first time, or has changed."""
        zone = self._zones.get(name)
        if zone is not None:
            self._faults[zone] = is_active
            self._look_at_contacts(zone)

    def on_play(self, play: Play) -> None:
        """A play begins to sound."""
        for zone in play.zones:
            self._look_at_contacts(zone)

    def _look_at_contacts(self, zone: str) -> None:
        if zone in self._faults:
            self._on_look(Look("contact", zone, not self._faults[zone]))


def _find_least(sensor: Sensor) -> float | None:
    """The least that the amplifier draws while it sounds; None where nobody has said."""
    if sensor.low is not None:
        return sensor.low
    return None if sensor.baseline is None else (1 - TOLERANCE) * sensor.baseline
