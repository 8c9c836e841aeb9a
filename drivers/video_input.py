"""What a capture card gives: a descriptor from which a program reads its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class VideoStream:
    """An opened input, for ffmpeg, which opens the descriptor's file anew.

    Args:
        fd: owned by the caller.
        demuxer: ffmpeg's name of what reads it.
        codecs: that may be in it, and no others.
        options: of the demuxer, by name.
        is_device: it is driven by ioctls, and opened for writing.
    """

    fd: int
    demuxer: str
    codecs: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    is_device: bool = False


@dataclass(frozen=True, kw_only=True)
class VideoReading:
    """What a capture card says of itself.

    Args:
        model: as the driver names it.
        has_signal: does a picture arrive? None: this card does not say so.
        size: (width_px, height_px) of it, where that is known.
    """

    model: str
    has_signal: bool | None = None
    size: tuple[int, int] | None = None


class VideoInput(Protocol):
    """A capture card. One program at a time reads it; `open` does not take it yet."""

    name: str

    def open(self) -> VideoStream:
        """Open it for a reader.

        Raises:
            DeviceUnreachable: there is no such device, or no right to it.
            DeviceFault: it says that no picture arrives.
            UnsupportedFeature: it captures no pictures.
        """

    def look(self) -> VideoReading:
        """Ask it what it is and whether a picture arrives; disturbs no reader.

        Raises:
            DeviceUnreachable: as `open`.
            UnsupportedFeature: as `open`.
        """
