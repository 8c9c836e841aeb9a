"""The board process: `python -m agent.play.board CONFIG`, CONFIG being JSON by `board_argv`.

One loop on one thread: wait for a command or the next due moment (beat, end of a scene, a clock's
next reading), then draw. Fail-safe is black: at start, when a scene ends, when a scene cannot be
drawn, and when the agent goes away (end of file on fd 3), which also ends the process.
"""

from __future__ import annotations

import hashlib
import logging
import select
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import msgspec

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.wire import (
    BEAT_S,
    WORKER_FD,
    Blank,
    BoardBeat,
    BoardCommand,
    BoardEvent,
    BoardReady,
    Brightness,
    Fault,
    Show,
    Shown,
    Snap,
    Snapped,
    Test,
)  # fmt: skip
from drivers.errors import DriverError, UnsupportedFeature

if TYPE_CHECKING:
    from PIL.Image import Image

    from drivers.interface import FrameSink

LOGGER = logging.getLogger(__name__)

VIETNAM = timezone(timedelta(hours=7))  # no daylight saving; what clocks on boards read
MAX_MESSAGE_BYTES = 1024 * 1024
LATE_S = 0.1
CLOCK_TICK_S = 0.1


class BoardConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the process is started with; `faces` maps names to (width_px, height_px)."""

    station: str
    profile: str
    path: str
    faces: dict[str, tuple[int, int]]


def board_argv(
    station: str, profile: str, path: str, faces: Mapping[str, tuple[int, int]]
) -> list[str]:
    """The command line of a board process; its end of the socket must be fd 3."""
    config = BoardConfig(station, profile, path, dict(faces))
    return [sys.executable, "-m", "agent.play.board", msgspec.json.encode(config).decode()]


@dataclass(frozen=True)
class _Frame:
    """What a face shows: its pixels, their name, and since when."""

    pixels: bytes
    digest: str
    changed_mono_s: float


@dataclass(frozen=True)
class _OnFace:
    """A scene on one face and the clock readings it was drawn with."""

    show: Show
    clocks: tuple[str, ...]


class Board:
    """Scenes on the faces of one opened sink.

    Args:
        config: station and faces.
        sink: the board, opened.
        agent: the socket to the agent.
    """

    def __init__(self, config: BoardConfig, sink: FrameSink, agent: socket.socket) -> None:
        self._config = config
        self._sink = sink
        self._agent = agent
        self._on_face: dict[str, _OnFace] = {}
        self._last: dict[str, _Frame] = {}
        self._frames = 0
        self._late = 0
        self._beat_mono_s = mono_s()

    def run(self) -> None:
        """Serve until the agent goes away.

        Raises:
            DriverError: the board is gone.
            OSError: the agent is gone while being told something.
        """
        for face in self._config.faces:
            self._black(face)
        self._tell(BoardReady(list(self._config.faces)))
        while True:
            self._do_what_is_due()
            wait_s = max(0.0, self._next_due_mono_s() - mono_s())
            readable, _, _ = select.select([self._agent], [], [], wait_s)
            if readable and not self._serve_one():
                return

    def _serve_one(self) -> bool:
        raw = self._agent.recv(MAX_MESSAGE_BYTES)
        if not raw:
            return False
        try:
            command = msgspec.json.decode(raw, type=BoardCommand)
        except msgspec.DecodeError as error:
            self._tell(Fault("E_SCHEMA", str(error), id=""))
            return True
        self._obey(command)
        return True

    def _obey(self, command: BoardCommand) -> None:
        match command:
            case Show():
                self._show(command)
            case Blank():
                for face in command.faces:
                    if face in self._config.faces:
                        self._black(face)
            case Brightness():
                self._dim(command.pct)
            case Test():
                self._test(command)
            case Snap() if command.face in self._last:
                self._snap(command)

    def _show(self, show: Show) -> None:
        unknown = [face for face in show.faces if face not in self._config.faces]
        if unknown:
            self._tell(Fault("E_FACE", f"no such face: {', '.join(unknown)}", id=show.id))
            return
        if show.until_mono_s <= mono_s():
            self._give_up(show, PlayError("E_EXPIRED", show.id, "its end is past"))
            return
        try:
            pictures = {face: self._draw(show, face) for face in show.faces}
        except PlayError as error:
            self._give_up(show, error)
            return
        for face, (picture, clocks) in pictures.items():
            digest = self._send(face, picture.tobytes())
            self._on_face[face] = _OnFace(show, clocks)
            self._tell(Shown(show.id, face, digest, mono_s()))

    def _draw(self, show: Show, face: str) -> tuple[Image, tuple[str, ...]]:
        from agent.play import scene

        local = _local_time(show)
        around = scene.Surroundings(self._config.station, show.media, local)
        try:
            picture = scene.render(show.scene, self._config.faces[face], around)
        except PlayError:
            raise
        except Exception as error:
            # A broken picture may raise anything; it is one scene's fault, not the board's.
            LOGGER.exception("%s", show.id)
            raise PlayError("E_UNSUPPORTED", show.id, f"{type(error).__name__}: {error}") from error
        return picture, scene.clock_texts(show.scene, local)

    def _give_up(self, show: Show, error: PlayError) -> None:
        """Black rather than the scene before it: nobody asked for that one any more."""
        for face in show.faces:
            self._black(face)
        self._tell(Fault(error.code, str(error), id=show.id))

    def _dim(self, pct: int) -> None:
        try:
            self._sink.set_brightness(pct)
        except UnsupportedFeature as error:
            self._tell(Fault("E_UNSUPPORTED", str(error), id="brightness"))

    def _test(self, test: Test) -> None:
        from agent.play.pattern import draw_pattern

        for face, size in self._config.faces.items():
            if not test.faces or face in test.faces:
                self._on_face.pop(face, None)
                self._send(face, draw_pattern(test.pattern, size).tobytes())

    def _snap(self, snap: Snap) -> None:
        from agent.play.thumbnail import draw_thumbnail

        frame, png = self._last[snap.face], b""
        if frame.digest != snap.known:
            png = draw_thumbnail(frame.pixels, self._config.faces[snap.face], snap.side_px)
        self._tell(Snapped(snap.face, frame.digest, frame.changed_mono_s, png))

    def _do_what_is_due(self) -> None:
        for face, on_face in list(self._on_face.items()):
            over_s = mono_s() - on_face.show.until_mono_s
            if over_s >= 0:
                self._late += over_s > LATE_S
                self._black(face)
            elif on_face.clocks:
                self._tick(face, on_face)
        if mono_s() >= self._beat_mono_s:
            self._beat_mono_s = mono_s() + BEAT_S
            self._tell(BoardBeat(self._frames, self._late))

    def _tick(self, face: str, on_face: _OnFace) -> None:
        from agent.play import scene

        if scene.clock_texts(on_face.show.scene, _local_time(on_face.show)) == on_face.clocks:
            return
        try:
            picture, clocks = self._draw(on_face.show, face)
        except PlayError as error:  # its picture has left the store meanwhile
            self._black(face)
            self._tell(Fault(error.code, str(error), id=on_face.show.id))
            return
        self._send(face, picture.tobytes())
        self._on_face[face] = _OnFace(on_face.show, clocks)

    def _next_due_mono_s(self) -> float:
        ends = [on_face.show.until_mono_s for on_face in self._on_face.values()]
        has_clock = any(on_face.clocks for on_face in self._on_face.values())
        ticks = [mono_s() + CLOCK_TICK_S] if has_clock else []
        return min(self._beat_mono_s, *ends, *ticks) if ends else self._beat_mono_s

    def _black(self, face: str) -> None:
        self._on_face.pop(face, None)
        width_px, height_px = self._config.faces[face]
        self._send(face, bytes(width_px * height_px * 3))

    def _send(self, face: str, frame: bytes) -> str:
        self._sink.send(face, frame)
        self._frames += 1
        digest = hashlib.sha256(frame).hexdigest()
        if face not in self._last or self._last[face].digest != digest:
            self._last[face] = _Frame(frame, digest, mono_s())
        return digest

    def _tell(self, event: BoardEvent) -> None:
        self._agent.send(msgspec.json.encode(event))


def _local_time(show: Show) -> datetime | None:
    if show.utc_at_mono_0_s is None:
        return None
    at = datetime.fromtimestamp(show.utc_at_mono_0_s + mono_s(), UTC)
    return at.astimezone(VIETNAM)


def _serve(config: BoardConfig, agent: socket.socket) -> int:
    from agent.play.typeset import check_shaping
    from drivers.registry import load_board

    try:
        check_shaping()
        sink = load_board(config.profile, config.path)
        sink.open(config.faces)
    except PlayError as error:
        agent.send(msgspec.json.encode(Fault(error.code, str(error))))
        return 1
    except DriverError as error:
        agent.send(msgspec.json.encode(Fault("E_DEVICE", str(error))))
        return 1
    return _run(Board(config, sink, agent), sink, agent)


def _run(board: Board, sink: FrameSink, agent: socket.socket) -> int:
    try:
        board.run()
    except DriverError as error:
        agent.send(msgspec.json.encode(Fault("E_DEVICE", str(error))))
        return 1
    except OSError as error:
        LOGGER.info("the agent is gone: %s", error)
    sink.close()
    return 0


def main(argv: list[str]) -> int:
    """Run the process; exit code 0 after the agent went away, 1 after a fault."""
    logging.basicConfig(level=logging.INFO, format="board: %(levelname)s %(message)s")
    config = msgspec.json.decode(argv[1], type=BoardConfig)
    with socket.socket(fileno=WORKER_FD) as agent:
        return _serve(config, agent)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
