"""What a board process says of its faces with each beat."""

from __future__ import annotations

import msgspec


class FaceLight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mean light of a face's frame, all white being 1.

    `level` counts each colour alike, as power does; `luminance` counts them as the eye does.
    """

    level: float
    luminance: float


class SignState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last word of a sign; see `drivers.frame_sink.SignWord`."""

    read_mono_s: float
    program: str = ""
    foreign: str = ""
    weakness: str = ""
