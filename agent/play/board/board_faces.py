"""The faces of an opened board: what each shows, and since when."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from agent.clock import mono_s
from agent.play.board.fading_face import FadingFace
from agent.play.board.flash_guard import FlashGuard, Luminances, read_luminances
from agent.play.board.moving_face import ClipWindow, MovingFace
from agent.play.board.picture_light import read_light
from agent.play.face_state import FaceLight, SignState
from agent.play.ipc import Snap, Snapped, Test, WorkerFault
from drivers.errors import UnsupportedFeature
from drivers.frame_sink import Frame, StoringSink, TextSink

if TYPE_CHECKING:
    from agent.play.board.ticker import Strip
    from drivers.frame_sink import FrameSink


@dataclass(frozen=True)
class _Shown:
    """What a face shows: its pixels, none where something moves; their hash, and since when."""

    pixels: bytes
    digest: str
    changed_mono_s: float


class BoardFaces:
    """Sends frames to the faces of one board.

    Args:
        sizes: (width_px, height_px) of each face.
        sink: the board, opened.

    Attributes:
        frames: the number sent.
        late: slots that a frame came too late for.
    """

    def __init__(self, sizes: Mapping[str, tuple[int, int]], sink: FrameSink) -> None:
        self.sizes = dict(sizes)
        self.frames = 0
        self.late = 0
        self._sink = sink
        self._last: dict[str, _Shown] = {}
        self._moving: dict[str, MovingFace | FadingFace] = {}
        self._guards = {face: FlashGuard() for face in sizes}
        self._read: dict[str, tuple[bytes, Luminances]] = {}
        self._lights: dict[str, tuple[bytes, FaceLight]] = {}
        self._slot = 0
        self._shown_mono_s = 0.0

    @property
    def next_move_mono_s(self) -> float:
        """When `move` is due; infinite while nothing moves."""
        return self._shown_mono_s + (self._next_slots() - 1) * self._sink.period_s

    def send(
        self,
        frames: Mapping[str, bytes],
        strips: Mapping[str, Sequence[Strip]] | None = None,
        fade_s: float = 0.0,
        films: Mapping[str, ClipWindow] | None = None,
    ) -> dict[str, str]:
        """Put frames on their faces, all in one slot; returns the SHA-256 of each.

        That of a face on which something moves is of its first still, of the strips, and of the
        clip's digest.

        Args:
            frames: by face.
            strips: what moves on them. The very strips of before go on from where they are.
            fade_s: how long a face on which nothing moves takes to go over to its frame.
            films: clips on them, each with a frame to begin with; the very clip of before goes on.

        Raises:
            DriverError: the board is gone.
        """
        same = set()
        for face, pixels in frames.items():
            lines, film = (strips or {}).get(face, ()), (films or {}).get(face)
            if self._goes_on(face, pixels, lines, film):
                same.add(face)
            elif lines or film is not None:
                self._set_motion(face, pixels, lines, film)
            else:
                self._set_fade(face, pixels, fade_s)
        self._present({face: self._frame(face, pixels) for face, pixels in frames.items()}, None)
        digests = {face: self._digest(face, pixels, same) for face, pixels in frames.items()}
        for face, pixels in frames.items():
            if face not in same or self._is_read(face, pixels):
                seen = self._luminances(face, pixels, (films or {}).get(face))
                self._guards[face].note(seen, self._shown_mono_s)
        for face, digest in digests.items():
            self._read.pop(face, None)
            pixels = b"" if isinstance(self._moving.get(face), MovingFace) else frames[face]
            last = self._last.get(face)
            # A live picture has the hash of the still beneath it.
            if last is None or last.digest != digest or bool(last.pixels) != bool(pixels):
                self._last[face] = _Shown(pixels, digest, mono_s())
        return digests

    def find_wait_s(
        self, frames: Mapping[str, bytes], films: Mapping[str, ClipWindow] | None = None
    ) -> float:
        """How long these frames must wait, so that no face flashes; 0: not at all.

        A clip is seen with its present frame, where it is shown and where it is to be. Its own
        changes are counted by its reader.

        Args:
            frames: by face.
            films: clips on them, each with a frame to begin with.
        """
        now_s, waits = mono_s(), [0.0]
        for face, pixels in frames.items():
            moving, guard = self._moving.get(face), self._guards[face]
            if isinstance(moving, MovingFace) and moving.film is not None:
                guard.replace(read_luminances(moving.pixels, self.sizes[face]))
            luminances = self._luminances(face, pixels, (films or {}).get(face))
            waits.append(guard.find_wait_s(luminances, now_s))
        return max(waits)

    def _luminances(self, face: str, pixels: bytes, film: ClipWindow | None) -> Luminances:
        """Those of a frame; reading them takes half a slot, so the last ones are kept."""
        if not self._is_read(face, pixels):
            size, seen = self.sizes[face], pixels
            if film is not None:
                seen = MovingFace(pixels, size[0], (), self._sink.period_s, film).pixels
            self._read[face] = pixels, read_luminances(seen, size)
        return self._read[face][1]

    def _is_read(self, face: str, pixels: bytes) -> bool:
        return face in self._read and self._read[face][0] is pixels

    def move(self) -> None:
        """Show what moves one step further, in its slot; does nothing while nothing moves.

        Raises:
            DriverError: the board is gone.
        """
        slots = self._next_slots()
        if math.isfinite(slots):
            slot, former_s = self._slot + int(slots), self._shown_mono_s
            at_mono_s = former_s + slots * self._sink.period_s
            due = {face: one for face, one in self._moving.items() if one.is_due(slots, former_s)}
            self._present({face: one.draw(slot, at_mono_s) for face, one in due.items()}, slot)
            for face, one in due.items():
                if isinstance(one, FadingFace) and one.is_over:
                    del self._moving[face]

    def _next_slots(self) -> float:
        counts = (one.count_slots(self._shown_mono_s) for one in self._moving.values())
        return min(counts, default=math.inf)

    def _goes_on(
        self, face: str, still: bytes, strips: Sequence[Strip], film: ClipWindow | None
    ) -> bool:
        """Does what moves on a face go on over another still?"""
        former = self._moving.get(face)
        if not isinstance(former, MovingFace) or former.strips is not strips or former.film != film:
            return False
        former.replace_still(still)
        return True

    def _set_motion(
        self, face: str, still: bytes, strips: Sequence[Strip], film: ClipWindow | None
    ) -> None:
        self._moving.pop(face, None)  # its memory is free before the next one takes as much
        width_px, period_s = self.sizes[face][0], self._sink.period_s
        self._moving[face] = MovingFace(still, width_px, strips, period_s, film)

    def _set_fade(self, face: str, still: bytes, fade_s: float) -> None:
        former = self._moving.pop(face, None)
        if fade_s and face in self._last:
            before = self._last[face].pixels if former is None else former.pixels
            one = FadingFace(before, still, self.sizes[face], fade_s, self._sink.period_s)
            self._moving[face] = one

    def _frame(self, face: str, pixels: bytes) -> Frame:
        moving = self._moving.get(face)
        return Frame(pixels) if moving is None else moving.draw(self._slot, self._shown_mono_s)

    def _digest(self, face: str, pixels: bytes, continuing: Iterable[str]) -> str:
        if face in continuing:  # hashing takes as long as a slot
            return self._last[face].digest
        digest = hashlib.sha256(pixels)
        moving = self._moving.get(face)
        if isinstance(moving, MovingFace):
            for strip in moving.strips:
                digest.update(strip.pixels)
            digest.update(b"" if moving.film is None else moving.film.clip.medium.encode())
        return digest.hexdigest()

    def _present(self, frames: Mapping[str, Frame], slot: int | None) -> None:
        shown = self._sink.present(frames, slot)
        self._slot, self._shown_mono_s = shown.slot, shown.shown_mono_s
        self.late += shown.late
        self.frames += len(frames)
        for face in frames:
            if face in self._moving:
                self._moving[face].begin(shown.slot, shown.shown_mono_s)

    def find_faults(self) -> dict[str, str]:
        """The faces that the board cannot show now, with a coded reason.

        Raises:
            DriverError: the board is gone.
        """
        return dict(self._sink.find_faults())

    def read_light(self) -> dict[str, FaceLight]:
        """The light of what was last sent to each face; that of a still is read once."""
        found = {}
        for face, shown in self._last.items():
            moving, kept = self._moving.get(face), self._lights.get(face)
            if moving is not None:
                found[face] = read_light(moving.view, self.sizes[face])
            elif kept is not None and kept[0] is shown.pixels:
                found[face] = kept[1]
            else:
                found[face] = read_light(shown.pixels, self.sizes[face])
                self._lights[face] = shown.pixels, found[face]
        return found

    def read_signs(self) -> dict[str, SignState]:
        """What the board says that it shows; empty for one that stores nothing."""
        if not isinstance(self._sink, StoringSink):
            return {}
        words = self._sink.read_back()
        return {face: SignState(*astuple(word)) for face, word in words.items()}

    def black(self, *faces: str) -> None:
        """Show black on faces.

        Raises:
            DriverError: the board is gone.
        """
        self.rest(dict.fromkeys(faces))

    def rest(self, frames: Mapping[str, bytes | None]) -> None:
        """Show still pictures in one slot; None is black.

        Raises:
            DriverError: the board is gone.
        """
        sizes = self.sizes
        self.send(
            {
                face: bytes(sizes[face][0] * sizes[face][1] * 3) if frame is None else frame
                for face, frame in frames.items()
            }
        )

    def test(self, test: Test, faces: Collection[str]) -> None:
        """Show a test pattern on these faces; a sign with letters says their names and `LETTERS`.

        Raises:
            DriverError: the board is gone.
        """
        from agent.play.board.test_pattern import LETTERS, draw_pattern

        if isinstance(self._sink, TextSink):
            self._sink.announce({face: [f"{face}\n{LETTERS}"] for face in faces})
        self.send({f: draw_pattern(test.pattern, self.sizes[f]).tobytes() for f in faces})

    def snap(self, snap: Snap) -> Snapped:
        """A small picture of what a face shows."""
        from agent.play.board.thumbnail import draw_thumbnail

        frame, png = self._find_shown(snap.face), b""
        if frame.digest != snap.known:
            png = draw_thumbnail(frame.pixels, self.sizes[snap.face], snap.side_px)
        return Snapped(snap.face, frame.digest, frame.changed_mono_s, png)

    def _find_shown(self, face: str) -> _Shown:
        if face not in self._moving:
            return self._last[face]
        pixels = self._moving[face].pixels
        return _Shown(pixels, hashlib.sha256(pixels).hexdigest(), self._shown_mono_s)


def set_brightness(sink: FrameSink, pct: int) -> WorkerFault | None:
    """Dim a board; the fault to report where it cannot.

    Raises:
        DriverError: the board is gone.
    """
    try:
        sink.set_brightness(pct)
    except UnsupportedFeature as error:
        return WorkerFault("E_UNSUPPORTED", str(error), id="brightness")
    except ValueError as error:
        return WorkerFault("E_SCHEMA", str(error), id="brightness")
    return None
