"""Messages about the clip of a scene, between the agent and a board process (see `ipc`)."""

from __future__ import annotations

import msgspec


class AddClip(
    msgspec.Struct, frozen=True, tag_field="do", tag="add_clip", forbid_unknown_fields=True
):
    """The frames of the clip of scene `id` on some of its faces, all of one size.

    The read end of a decoder's pipe comes with this message: RGB, `fps` frames a second, of which
    `frames` are signed (0: as many as are wanted). It follows its `ShowScene`, whose first frame
    waits for the clip's. With `begin_mono_s` the first frame belongs to that moment.
    """

    id: str
    faces: list[str]
    width_px: int
    height_px: int
    fps: int
    frames: int
    begin_mono_s: float | None = None


class ClipFailed(
    msgspec.Struct, frozen=True, tag_field="do", tag="clip_failed", forbid_unknown_fields=True
):
    """The clip of scene `id` cannot be decoded for these faces, or not to its end."""

    id: str
    faces: list[str]
    code: str
    detail: str


class ClipCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frames of a clip: shown, late, and left out because a later one was due."""

    shown: int
    late: int
    left_out: int
