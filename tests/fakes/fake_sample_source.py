"""A slot's sound from an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from agent.play.decode.pcm import Samples


class FakeSource:
    """Samples from an array; an endless one waits for more when it is empty."""

    is_live = False

    def __init__(self, samples: Any, *, endless: bool = False) -> None:
        self.samples = np.asarray(samples, np.int16)
        self.endless = endless
        self.closed = False

    @property
    def finished(self) -> bool:
        return not self.endless and not len(self.samples)

    @property
    def remaining(self) -> int | None:
        return None if self.endless else len(self.samples)

    @property
    def available(self) -> int:
        return len(self.samples)

    def read(self, frames: int) -> Samples:
        part, self.samples = self.samples[:frames], self.samples[frames:]
        return part.tobytes()

    def close(self) -> None:
        self.closed = True
