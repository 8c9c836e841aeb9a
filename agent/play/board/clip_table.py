"""The clips of the scenes on a board: which face waits for which, and what comes of them."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.clock import mono_s
from agent.contract.ids import Digest
from agent.contract.scene import list_regions
from agent.play.board.clip_frames import ClipFrames
from agent.play.board.clip_reader import ClipReader
from agent.play.board.film import find_film
from agent.play.board.forked_process import reap
from agent.play.board.moving_face import ClipWindow
from agent.play.board.scene_box import Box, Size, place_box
from agent.play.clip_messages import AddClip, ClipCount, ClipFailed
from agent.play.ipc import ShowScene
from drivers.frame_sink import FrameSink

LATE = "E_DECODE"
TICK_S = 0.01
BEGIN_S = 10.0  # its decoder must have given a frame by then


@dataclass(frozen=True)
class ClipFault:
    """Faces of a scene that its clip cannot be shown on any more."""

    show: ShowScene
    faces: list[str]
    code: str
    detail: str


@dataclass(eq=False)
class _Wish:
    """A scene with a clip on one face: whether that has come, and when it must have."""

    show: ShowScene
    face: str
    due_mono_s: float
    clip: ClipFrames | None = None
    begin_mono_s: float | None = None
    failed: ClipFailed | None = None


class ClipTable:
    """Knows the clip of each face.

    Args:
        sizes: (width_px, height_px) of each face.
        sink: the board, opened.
    """

    def __init__(self, sizes: Mapping[str, Size], sink: FrameSink) -> None:
        self._sizes = dict(sizes)
        self._sink = sink
        self._wishes: dict[tuple[str, str], _Wish] = {}  # by scene and face
        self._readers: dict[ClipFrames, ClipReader] = {}
        self._dying: list[int] = []
        self._late = 0

    def expect(self, show: ShowScene) -> None:
        """A scene is to be shown: its faces wait for its clip, if it has one.

        The same scene again, with another end, keeps the clip that it has; one that has none any
        more ends it.
        """
        film = find_film(show.scene)
        if film is None:
            ended = [(show.id, face) for face in show.faces]
            self._remove([key for key in ended if key in self._wishes])
        for face in show.faces if film is not None else ():
            former = self._wishes.get((show.id, face))
            if former is None:
                wish = self._wishes[show.id, face] = _Wish(show, face, mono_s() + BEGIN_S)
                if not self._sink.shows_motion:
                    wish.failed = ClipFailed(show.id, [face], "E_UNSUPPORTED", "stills only")
            else:
                former.show = show

    def add(self, command: AddClip, fd: int) -> None:
        """Take a clip's pipe; one that nobody waits for is closed."""
        size = command.width_px, command.height_px
        waiting = [
            wish
            for face in command.faces
            if (wish := self._wishes.get((command.id, face))) is not None
            and wish.clip is None
            and self._size(wish) == size
        ]
        if not waiting:
            os.close(fd)
            return
        try:
            reader = ClipReader(fd, size, command.fps)
        except OSError as error:
            self.fail(ClipFailed(command.id, command.faces, LATE, f"no process: {error}"))
            return
        clip = self._open(reader, command, waiting[0].show)
        for wish in waiting:
            wish.clip = clip
            wish.begin_mono_s = command.begin_mono_s

    def _open(self, reader: ClipReader, command: AddClip, show: ShowScene) -> ClipFrames:
        film = find_film(show.scene)
        medium = Digest("" if film is None else film.media or "")
        period_s = self._sink.period_s
        clip = ClipFrames(reader.ring, command.fps, command.frames, period_s, medium)
        self._readers[clip] = reader
        return clip

    def _box(self, wish: _Wish) -> Box:
        film = find_film(wish.show.scene)
        if film is None:
            raise ValueError(f"{wish.show.id} has no clip")
        return place_box(film.box, self._sizes[wish.face])

    def _size(self, wish: _Wish) -> Size:
        left, top, right, bottom = self._box(wish)
        return right - left, bottom - top

    def fail(self, failed: ClipFailed) -> None:
        """Its decoder could not be started, or has died."""
        for face in failed.faces:
            if (wish := self._wishes.get((failed.id, face))) is not None:
                wish.failed = failed

    def begin(self, show_id: str, at_mono_s: float | None) -> None:
        """The first frame of the scene's clip belongs to this moment; None: to the first shown."""
        for (own_id, _), wish in self._wishes.items():
            if own_id == show_id:
                wish.begin_mono_s = at_mono_s

    def drop(self, show_id: str) -> None:
        """The scene will not be shown."""
        self._remove([key for key in self._wishes if key[0] == show_id])

    def release(self, face: str, keep: Collection[str] = ()) -> None:
        """The face shows something else, or only scenes of `keep` are for it."""
        self._remove([key for key in self._wishes if key[1] == face and key[0] not in keep])

    def _remove(self, keys: Iterable[tuple[str, str]]) -> None:
        """A clip without a face is closed."""
        for key in keys:
            clip = self._wishes.pop(key).clip
            if clip is not None and clip not in self._clips():
                self._late += clip.late
                if (pid := self._readers.pop(clip).close()) is not None:
                    self._dying.append(pid)

    def find_wait_s(self, show_id: str, faces: Iterable[str]) -> float:
        """How long to wait before one asks again; 0: no face waits for the scene's clip."""
        wishes = [self._wishes.get((show_id, face)) for face in faces]
        for wish in wishes:
            if wish is not None and wish.clip is not None:
                wish.clip.take_notice()
        is_waiting = any(
            wish is not None and (wish.clip is None or not wish.clip.is_ready) for wish in wishes
        )
        return TICK_S if is_waiting else 0.0

    def find_windows(self, show_id: str, faces: Iterable[str]) -> dict[str, ClipWindow]:
        """The scene's clip on these faces, and where it is."""
        found: dict[str, ClipWindow] = {}
        for face in faces:
            wish = self._wishes.get((show_id, face))
            if wish is not None and wish.clip is not None and wish.clip.is_ready:
                box = self._box(wish)
                found[face] = ClipWindow(wish.clip, box, self._list_rows(wish, box))
                if wish.begin_mono_s is not None:
                    wish.clip.begin(wish.begin_mono_s, mono_s())
        return found

    def _list_rows(self, wish: _Wish, box: Box) -> tuple[int, int]:
        """The rows that no banner covers: no other region may be in a clip's box."""
        _, first, _, last = box
        for region in list_regions(wish.show.scene):
            _, top, _, bottom = place_box(region.box, self._sizes[wish.face])
            if top <= first < bottom:
                first = min(bottom, last)
            elif first < top < last:
                last = top
        return first, last

    def find_faults(self) -> list[ClipFault]:
        """The clips that have failed, each with its faces."""
        self._dying = [pid for pid in self._dying if not reap(pid)]
        now_s, found = mono_s(), []
        for wish, faces in self._groups():
            if (fault := _judge(wish, now_s)) is not None:
                found.append(ClipFault(wish.show, faces, *fault))
        return found

    def count(self) -> dict[str, ClipCount]:
        """The frames of each clip, by the id of its scene; of several the worst."""
        counts: dict[str, ClipCount] = {}
        for wish, _ in self._groups():
            if wish.clip is not None:
                one = ClipCount(wish.clip.shown, wish.clip.late, wish.clip.left_out)
                other = counts.get(wish.show.id, one)
                counts[wish.show.id] = min(one, other, key=lambda count: count.shown)
        return counts

    @property
    def late(self) -> int:
        """Frames that came too late, of all clips."""
        return self._late + sum(clip.late for clip in self._clips())

    @property
    def due_mono_s(self) -> float:
        """When a clip that has not come fails."""
        waiting = (one for one in self._wishes.values() if one.clip is None)
        return min((one.due_mono_s for one in waiting), default=math.inf)

    def close(self) -> None:
        """Release all pipes."""
        for _, face in list(self._wishes):
            self.release(face)

    def _clips(self) -> Collection[ClipFrames]:
        clips = (wish.clip for wish in self._wishes.values())
        return list(dict.fromkeys(clip for clip in clips if clip is not None))

    def _groups(self) -> Iterator[tuple[_Wish, list[str]]]:
        """Each clip with its faces; what waits for one, by itself."""
        found: dict[object, tuple[_Wish, list[str]]] = {}
        for key, wish in self._wishes.items():
            found.setdefault(wish.clip or key, (wish, []))[1].append(wish.face)
        yield from found.values()


def _judge(wish: _Wish, now_s: float) -> tuple[str, str] | None:
    clip = wish.clip
    if wish.failed is not None:
        return wish.failed.code, wish.failed.detail
    if clip is not None and (fault := clip.find_fault(now_s)) is not None:
        return fault
    if (clip is not None and clip.is_ready) or now_s < wish.due_mono_s:
        return None
    return LATE, f"no picture within {BEGIN_S:g} s"
