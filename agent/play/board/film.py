"""The clip of a scene, and what its decoder is to make of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from agent.contract.document import Medium
from agent.contract.scene import FPS, Element, Scene
from agent.errors import PlayError
from agent.play.board.scene_box import Size

# signed mime → ffmpeg's demuxer, and the codecs that may be in it
FORMATS = {"video/mp4": ("mov", "h264")}
FAULTS = ("E_DECODE", "E_FLASH")  # of a clip alone, not of what is drawn


def find_film(scene: Scene) -> Element | None:
    """The element that shows a clip: a scene has one at most."""
    return next((one for one in scene.elements if one.kind == "video"), None)


@dataclass(frozen=True)
class Film:
    """What one decoder makes.

    Args:
        element: the clip's element.
        medium: its file, as signed.
        size: (width_px, height_px) of the frames.
        offset_ms: where in the clip to begin.
        limit_ms: of what is shown, from there on.
    """

    element: Element
    medium: Medium
    size: Size
    offset_ms: int
    limit_ms: int

    @property
    def fps(self) -> int:
        """Frames a second."""
        return FPS if self.element.fps is UNSET else self.element.fps

    @property
    def is_loop(self) -> bool:
        """Does it begin again at its end?"""
        return self.element.loop is True

    @property
    def frames(self) -> int:
        """As many frames are signed and will be shown."""
        left_ms = self.limit_ms
        if not self.is_loop:
            left_ms = min(left_ms, self.medium.duration_ms - self.offset_ms)
        return max(1, left_ms * self.fps // 1000)


def decoder_argv(film: Film, fd: int) -> list[str]:
    """The command line of ffmpeg: the clip by descriptor in, RGB frames of one size out.

    Demuxer and codec are forced by the signed mime, as for sound (`play.decode.decoder`). An error
    in the file ends it: a picture that is half grey is not what was signed.

    Raises:
        PlayError: E_DECODE, no demuxer is allowed for the mime.
    """
    if film.medium.mime not in FORMATS:
        raise PlayError("E_DECODE", film.medium.mime, f"known: {', '.join(FORMATS)}")
    demuxer, codecs = FORMATS[film.medium.mime]
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-xerror"]
    argv += ["-threads", "2", "-protocol_whitelist", "file,pipe"]
    argv += ["-format_whitelist", demuxer, "-codec_whitelist", codecs]
    argv += ["-stream_loop", "-1"] if film.is_loop else []
    argv += ["-ss", f"{_offset_ms(film) / 1000:.3f}"] if film.offset_ms else []
    # /proc/self/fd opens the file anew: a position of its own, and it can be wound back.
    argv += ["-f", demuxer, "-i", f"/proc/self/fd/{fd}", "-map", "0:v:0"]
    argv += ["-filter_threads", "1", "-vf", _filters(film), "-t", f"{film.limit_ms / 1000:.3f}"]
    return [*argv, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]


def _offset_ms(film: Film) -> int:
    length_ms = film.medium.duration_ms
    return film.offset_ms % length_ms if film.is_loop and length_ms else film.offset_ms


def _filters(film: Film) -> str:
    """To a steady rate from 0 on, then to its place; scaling is the dearest step."""
    width_px, height_px = film.size
    room = f"{width_px}:{height_px}"
    rate = f"fps={film.fps}:start_time=0"
    fit = "contain" if film.element.fit is UNSET else film.element.fit
    if fit == "stretch":
        return f"{rate},scale={room}:flags=area"
    if fit == "cover":
        fill = f"scale={room}:flags=area:force_original_aspect_ratio=increase"
        return f"{rate},{fill},format=rgb24,crop={room}"
    whole = f"scale={room}:flags=area:force_original_aspect_ratio=decrease"
    colour = "0x" + film.element.background.removeprefix("#")
    return f"{rate},{whole},format=rgb24,pad={room}:(ow-iw)/2:(oh-ih)/2:color={colour}"
