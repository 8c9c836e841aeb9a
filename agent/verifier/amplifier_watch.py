"""Amplifiers as witnesses: what they draw while a play sounds, and their fault contacts.

A current or power sensor of a zone proves the amplifier's work: it draws at least `low` while a
play sounds. `baseline` is what commissioning measured; a mean of half a minute of sound that is
30 % away from it means that loudspeakers of the line are off, shorted or replaced. A fault contact
is wired so that an amplifier without power reports a fault too: its silence proves the amplifier.
So an amplifier that the box has switched off reports one as well, and only what lasts while a play
sounds is an issue; where the box does not switch it, what its contact says counts at any time.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from agent.contract.report import InputState, Play
from agent.settings.model import Input, Sensor
from agent.verifier.play_evidence import Look

SetIssue = Callable[[str, str, str | None], None]
DRAWN_MEASURES = ("current", "power")
FAULT_CONTACT = "amplifier-fault"
MEAN_SAMPLES = 6  # of 5 s
TOLERANCE = 0.30
LOOK_EVERY_S = 1.0
FAULT_LOOKS = 3  # in a row: an amplifier needs a moment after it was switched on


class AmplifierWatch:
    """The sensors and contacts of the settings that belong to a zone.

    Args:
        sensors: of the settings.
        inputs: of the settings.
        unswitched: zones whose amplifier has power all the time.
        is_sounding: does a play sound on the output of a zone now?
        is_on: is the line of a zone on?
        on_look: takes each look.
        set_issue: begins or ends `amplifier_draw_changed` and `amplifier_fault`.
    """

    def __init__(
        self,
        sensors: Sequence[Sensor],
        inputs: Sequence[Input],
        *,
        unswitched: frozenset[str] = frozenset(),
        is_sounding: Callable[[str], bool],
        is_on: Callable[[str], bool],
        on_look: Callable[[Look], None],
        set_issue: SetIssue,
    ) -> None:
        contacts = [(one.name, one.zone) for one in inputs if one.kind == FAULT_CONTACT]
        self._zones = {name: zone for name, zone in contacts if zone is not None}
        self._unswitched = unswitched
        self._rows: Counter[str] = Counter()
        self._begun = asyncio.Event()
        self._drawn: dict[str, deque[float]] = {
            one.name: deque(maxlen=MEAN_SAMPLES) for one in sensors if one.baseline is not None
        }
        self._is_sounding = is_sounding
        self._is_on = is_on
        self._on_look = on_look
        self._set_issue = set_issue

    def on_sample(self, sensor: Sensor, value: float) -> None:
        """A sensor was read, and the state of its zone's line did not change meanwhile."""
        zone = sensor.zone
        if zone is None or sensor.measures not in DRAWN_MEASURES or not self._sounds(zone):
            return
        least = _find_least(sensor)
        if least is not None:
            self._on_look(Look("current", zone, value >= least, value))
        if sensor.baseline is not None:
            self._compare(sensor.name, zone, value, sensor.baseline)

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
        if self._zones.get(name) in self._unswitched:
            self._report(name, is_fault=is_active)

    def on_play(self, _play: Play) -> None:
        """A play begins to sound."""
        self._begun.set()

    async def run(self, read_states: Callable[[], Mapping[str, InputState]]) -> None:
        """Look at the contacts once a second while their zones sound; until cancelled.

        Args:
            read_states: gives every contact's present state.
        """
        while True:
            await self._begun.wait()
            self._begun.clear()
            while self.look(read_states()):  # noqa: ASYNC110 - one look a second is meant
                await asyncio.sleep(LOOK_EVERY_S)

    def look(self, states: Mapping[str, InputState]) -> bool:
        """Look at the contacts of the zones that sound. May any zone with a contact sound still?

        A line may come on late. A contact that cannot be read says nothing.
        """
        sounding = [(name, zone) for name, zone in self._zones.items() if self._sounds(zone)]
        self._rows = Counter({name: self._rows[name] for name, _ in sounding})
        for name, zone in sounding:
            is_fault = states[name].active
            if is_fault is None:
                continue
            self._rows[name] = self._rows[name] + 1 if is_fault else 0
            self._on_look(Look("contact", zone, not is_fault))
            if not is_fault or self._rows[name] >= FAULT_LOOKS:
                self._report(name, is_fault=is_fault)
        return any(map(self._is_sounding, self._zones.values()))

    def _sounds(self, zone: str) -> bool:
        return self._is_on(zone) and self._is_sounding(zone)

    def _report(self, name: str, *, is_fault: bool) -> None:
        hint = "its fault contact says fault" if is_fault else None
        self._set_issue("amplifier_fault", name, hint)


def _find_least(sensor: Sensor) -> float | None:
    """The least that the amplifier draws while it sounds; None where nobody has said."""
    if sensor.low is not None:
        return sensor.low
    return None if sensor.baseline is None else (1 - TOLERANCE) * sensor.baseline
