"""A face that goes over from one picture to the next within a second."""

from __future__ import annotations

from PIL import Image

from drivers.frame_sink import Frame

STEP_S = 1 / 30  # more steps are not seen, and each takes as long as it takes to mix two pictures


class FadingFace:
    """Makes the frame of each slot until the new picture is there.

    Args:
        before: RGB pixels of what the face shows.
        after: of what it is to show.
        size: (width_px, height_px).
        fade_s: how long it takes.
        period_s: length of a slot.
    """

    def __init__(
        self, before: bytes, after: bytes, size: tuple[int, int], fade_s: float, period_s: float
    ) -> None:
        self.slots = max(1, round(STEP_S / period_s))
        self.is_over = False
        self._before, self._after = _picture(before, size), _picture(after, size)
        self._end_slots = max(1, round(fade_s / period_s))
        self._begin: int | None = None
        self._target = after
        self.pixels = before

    @property
    def view(self) -> memoryview:
        """Its present frame."""
        return memoryview(self.pixels)

    def count_slots(self, _shown_mono_s: float) -> int:
        """So many slots after the one that was shown last it changes."""
        return self.slots

    def is_due(self, _slots: float, _shown_mono_s: float) -> bool:
        """Does it change with the faces that do? Always: it is counted from the slot before."""
        return True

    def begin(self, slot: int, _shown_mono_s: float = 0.0) -> None:
        """Its first frame was shown in this slot; a second call does nothing."""
        self._begin = slot if self._begin is None else self._begin

    def draw(self, slot: int, _at_mono_s: float = 0.0) -> Frame:
        """The frame for a slot; the first is one step on the way, the last the picture itself."""
        passed = self.slots if self._begin is None else slot - self._begin + self.slots
        share = passed / self._end_slots
        self.is_over = share >= 1
        if self.is_over:
            self.pixels = self._target
        else:
            self.pixels = Image.blend(self._before, self._after, share).tobytes()
        return Frame(self.pixels)


def _picture(pixels: bytes, size: tuple[int, int]) -> Image.Image:
    return Image.frombuffer("RGB", size, pixels, "raw", "RGB", 0, 1)
