"""Light sensors that look at faces: of the box, and those of control cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from agent.clock import mono_s
from agent.contract.proof import UnknownReason
from agent.settings.model import Output, Sensor
from agent.verifier.light_sight import LightSight
from agent.verifier.play_evidence import Look

SEES = "illuminance"


class WallSight:
    """What looks at the faces of one box.

    Args:
        sensors: those of the settings that look at a face.
        outputs: those of the settings.
        on_look: takes each look.
        on_blind: called with an output and the reason, where nothing can be said.
        find_saturated: the value at which a sensor counts no further, by its settings.
        mono: monotonic seconds; replaced in tests.

    Attributes:
        faces: those that are looked at.
    """

    def __init__(
        self,
        sensors: Iterable[Sensor],
        outputs: Iterable[Output],
        *,
        on_look: Callable[[Look], None],
        on_blind: Callable[[str, UnknownReason], None],
        find_saturated: Callable[[Sensor], float | None],
        mono: Callable[[], float] = mono_s,
    ) -> None:
        self._sights: dict[str, LightSight] = {}
        self._face_of: dict[str, str] = {}
        self._output_of: dict[str, str] = {}
        self._on_look = on_look
        self._on_blind = on_blind
        self._mono = mono
        for output in outputs:
            self._output_of |= {face.name: output.name for face in output.faces}
            for card in output.controls:
                if card.sees is not None and card.white_lux is not None:
                    self._add(card.name, card.sees, LightSight(card.white_lux))
        for one in sensors:
            if is_sight(one, self._output_of) and one.zone is not None and one.baseline is not None:
                self._add(one.name, one.zone, LightSight(one.baseline, find_saturated(one)))

    @property
    def faces(self) -> frozenset[str]:
        """Those that are looked at."""
        return frozenset(self._face_of.values())

    def on_sample(self, sensor: Sensor, value: float) -> None:
        """A sensor of the box was read."""
        self.on_lux(sensor.name, value)

    def on_lux(self, name: str, lux: float | None) -> None:
        """A sensor, or a card with one, says how bright it is; None: its value is not valid."""
        sight = self._sights.get(name)
        if sight is None or lux is None:
            return
        found, face = sight.add_reading(lux, self._mono()), self._face_of[name]
        if found is None:
            return
        if found.is_seen is not None:
            self._on_look(Look("light", face, found.is_seen, found.share))
        elif found.doubt is not None:
            self._on_blind(self._output_of[face], found.doubt)

    def note_sent(self, face: str, light: float | None) -> None:
        """A face was sent so much light, 0 to 1 with its brightness; None: not known."""
        for name, sight in self._sights.items():
            if self._face_of[name] == face:
                sight.add_sent(light, self._mono())

    def _add(self, name: str, face: str, sight: LightSight) -> None:
        self._sights[name], self._face_of[name] = sight, face


def is_sight(sensor: Sensor, faces: Mapping[str, object] | frozenset[str]) -> bool:
    """Does a sensor of the settings look at a face?"""
    return sensor.measures == SEES and sensor.zone is not None and sensor.zone in faces
