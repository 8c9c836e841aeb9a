"""Draws one scene in a process forked from the board: it may hang, die, or be compromised.

The board's own loop continues meanwhile: heartbeat, other commands, an alarm that pre-empts. A
renderer is confined more than the board (`agent.sandbox`), holds no descriptor but its own pipes,
and is killed when it is no longer needed. Its frames come through shared memory. The renderer of a
scene with clocks lives as long as its scene, with its pictures decoded and its texts typeset, and
draws again on request.
"""

from __future__ import annotations

import contextlib
import logging
import math
import mmap
import os
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from agent.clock import mono_s
from agent.contract.local_time import LOCAL
from agent.contract.scene import MIN_TURN_MS
from agent.errors import PlayError
from agent.play.board import scene_renderer
from agent.play.board.alarm_pages import LEAST_PAGE_MS, AlarmRenderer
from agent.play.board.forked_process import fork_process, kill
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget
from agent.play.board.scene_state import SceneMoment, names_face, read_changing, read_turns
from agent.play.board.ticker import (
    Strip,
    decode_strips,
    encode_strips,
    list_tickers,
    share_px,
)
from agent.play.ipc import ShowScene

LOGGER = logging.getLogger(__name__)
_DRAWN, _NO_TIME = b"\1", math.nan
_PAGE = struct.Struct("<I")  # milliseconds that a page of an alarm stays; 0: it has no pages
_MOMENT = struct.Struct("<dQ")  # POSIX seconds, milliseconds since the beginning of the scene
MESSAGE_BYTES = 2048
_CODE = re.compile(r"^E_[A-Z_]{2,20}$")

Size = tuple[int, int]
_Renderer = scene_renderer.SceneRenderer | AlarmRenderer


@dataclass(frozen=True)
class Failure:
    """Why a scene cannot be drawn; `is_death`: the renderer is gone without an answer."""

    code: str
    detail: str
    is_death: bool = False


class _RenderResult(msgspec.Struct):
    """A failure as the renderer sends it."""

    code: str
    detail: str


class RenderProcess:
    """One scene on its faces, from the fork to the kill.

    Args:
        show: what to draw.
        sizes: (width_px, height_px) of its faces.
        station: its id, for texts.
        budget: limits of the scene.
        least_page_ms: how long a page stays, at least, of an alarm that a face cannot show at once.

    Raises:
        OSError: no process can be started; nothing is left open then.

    Attributes:
        show: as given.
        faces: those that still need its frames.
        fd: readable once there is an answer.
        due_mono_s: deadline of its answer; None without a pending request.
        texts: what changes by the clock, as the frame last requested has it.
        turns: the turns of its regions in that frame.
        strips: by face, the texts that move; there from the first answer on.
    """

    def __init__(
        self,
        show: ShowScene,
        sizes: Mapping[str, Size],
        station: str,
        budget: SceneBudget = SCENE_BUDGET,
        least_page_ms: int = LEAST_PAGE_MS,
    ) -> None:
        self.show = show
        self.faces = set(sizes)
        self.texts: tuple[str, ...] = ()
        self.turns: tuple[int, ...] = ()
        self.strips: dict[str, list[Strip]] = {}
        self.due_mono_s: float | None = None
        self._sizes = dict(sizes)
        self._budget = budget
        self._is_over = False
        self._page_ms = 0
        self._moment = SceneMoment(None)
        self._shared = mmap.mmap(-1, sum(map(_frame_bytes, sizes.values())))
        room_px = budget.strip_px if list_tickers(show.scene) else 1
        self._strips = mmap.mmap(-1, room_px * 3)
        drawer = _Drawer(
            show, self._sizes, station, budget, self._shared, self._strips, least_page_ms
        )
        self._pid, self._ask, self.fd = _fork(drawer)

    def request(self) -> None:
        """Request the frames of this moment.

        Raises:
            PlayError: E_UNSUPPORTED, a clock's format.
        """
        self._moment = moment = moment_of(self.show)
        self.texts = self._read_texts(moment)
        self.turns = read_turns(self.show.scene, moment)
        self.due_mono_s = mono_s() + self._budget.render_s
        with contextlib.suppress(BrokenPipeError):  # it is gone: `receive` reports that
            os.write(self._ask, _encode_moment(moment))

    def receive(self) -> dict[str, bytes] | Failure:
        """Its answer, once `fd` is readable: a frame for each face that still needs one."""
        was_requested, self.due_mono_s = self.due_mono_s is not None, None
        answer = os.read(self.fd, MESSAGE_BYTES)
        if not answer:
            return Failure("E_RENDER", "the process that drew it has died", is_death=True)
        if answer[:1] != _DRAWN or not was_requested:
            return _parse_failure(answer)
        try:
            (page_ms,) = _PAGE.unpack_from(answer, 1)
            self._take_strips(answer[1 + _PAGE.size :])
        except (ValueError, PlayError, struct.error) as error:
            return Failure("E_RENDER", f"an invalid answer: {error}", is_death=True)
        self._page_ms = max(page_ms, MIN_TURN_MS) if page_ms else 0
        self.texts = self._read_texts(self._moment)
        return self._cut_frames()

    def has_changed(self) -> bool:
        """Does the scene look otherwise now than in the frame last requested?

        Raises:
            PlayError: E_UNSUPPORTED, a clock's format.
        """
        return self._read_texts(moment_of(self.show)) != self.texts

    def _read_texts(self, moment: SceneMoment) -> tuple[str, ...]:
        """What changes by the clock; of an alarm in pages also the number of the page."""
        texts = read_changing(self.show.scene, moment)
        return texts if not self._page_ms else (*texts, str(moment.shown_ms // self._page_ms))

    def kill(self) -> int | None:
        """End it now; its pid, to be reaped by `reap`. A second call does nothing."""
        if self._is_over:
            return None
        self._is_over = True
        kill(self._pid)
        os.close(self._ask)
        os.close(self.fd)
        self._shared.close()
        self._strips.close()
        return self._pid

    def _take_strips(self, table: bytes) -> None:
        """They are drawn once: what they came through is as large as they, and closed."""
        if not self.strips:
            with self._strips, memoryview(self._strips) as pixels:
                self.strips = decode_strips(self.show.scene, self._sizes, table, pixels)

    def _cut_frames(self) -> dict[str, bytes]:
        frames, at = {}, 0
        for face, size in self._sizes.items():
            if face in self.faces:
                frames[face] = self._shared[at : at + _frame_bytes(size)]
            at += _frame_bytes(size)
        return frames


def moment_of(show: ShowScene) -> SceneMoment:
    """What a scene is drawn for now: the local time, and how far it has come."""
    shown_ms = max(0, int((mono_s() - show.start_mono_s) * 1000))
    if show.utc_at_mono_0_s is None:
        return SceneMoment(None, shown_ms)
    at = datetime.fromtimestamp(show.utc_at_mono_0_s + mono_s(), UTC)
    return SceneMoment(at.astimezone(LOCAL), shown_ms)


def _encode_moment(moment: SceneMoment) -> bytes:
    posix_s = _NO_TIME if moment.local is None else moment.local.timestamp()
    return _MOMENT.pack(posix_s, moment.shown_ms)


def _decode_moment(request: bytes) -> SceneMoment:
    posix_s, shown_ms = _MOMENT.unpack(request)
    local = None if math.isnan(posix_s) else datetime.fromtimestamp(posix_s, LOCAL)
    return SceneMoment(local, shown_ms)


@dataclass(frozen=True)
class _Drawer:
    """The work and the data of the forked process."""

    show: ShowScene
    sizes: dict[str, Size]
    station: str
    budget: SceneBudget
    shared: mmap.mmap
    strips: mmap.mmap
    least_page_ms: int

    def serve(self, asked: int, answers: int) -> None:
        """Draw on each request, until the board closes its end; a failure is the last answer."""
        renderer: _Renderer | None = None
        table = b""
        while len(request := os.read(asked, _MOMENT.size)) == _MOMENT.size:
            try:
                if renderer is None:
                    renderer = self._load()
                    table = _build_page(renderer) + self._draw_strips(renderer)
                self._draw(renderer, _decode_moment(request))
            except PlayError as error:
                os.write(answers, _build_failure(error.code, f"{error.subject}: {error.hint}"))
                return
            except MemoryError:
                os.write(answers, _build_failure("E_SCENE", "too little memory to draw it"))
                return
            except Exception as error:
                # A broken picture may raise any exception; only its scene fails, not the board.
                LOGGER.exception("%s", self.show.id)
                detail = f"{type(error).__name__}: {error}"
                os.write(answers, _build_failure("E_UNSUPPORTED", detail))
                return
            os.write(answers, _DRAWN + table)

    def _load(self) -> _Renderer:
        context = scene_renderer.SceneContext(self.station, self.show.media)
        if self.show.is_alarm:
            return AlarmRenderer(
                self.show.scene, self.sizes, context, self.budget, self.least_page_ms
            )
        return scene_renderer.SceneRenderer(self.show.scene, self.sizes, context, self.budget)

    def _draw(self, renderer: _Renderer, moment: SceneMoment) -> None:
        at, drawn = 0, dict[str, bytes]()
        for _, alike in self._list_alike():
            if alike not in drawn:
                drawn[alike] = renderer.draw(alike, moment).tobytes()
            frame = drawn[alike]
            self.shared[at : at + len(frame)] = frame
            at += len(frame)

    def _list_alike(self) -> Iterator[tuple[str, str]]:
        """Each face with the first one that shows the same: of its size, where none is named."""
        is_named, first = names_face(self.show.scene), dict[Size, str]()
        for face, size in self.sizes.items():
            yield face, face if is_named else first.setdefault(size, face)

    def _draw_strips(self, renderer: _Renderer) -> bytes:
        """Draw what moves; returns the sizes of the strips."""
        most_px = share_px(self.show.scene, self.sizes, self.budget.strip_px)
        drawn = {
            face: renderer.draw_strips(face, most_px)
            for face, alike in self._list_alike()
            if face == alike
        }
        table, pixels = encode_strips(
            strip for _, alike in self._list_alike() for strip in drawn[alike]
        )
        at = 0
        for strip in pixels:
            self.strips[at : at + len(strip)] = strip
            at += len(strip)
        self.strips.close()
        return table


def _fork(drawer: _Drawer) -> tuple[int, int, int]:
    """The renderer's pid, the board's end for requests and the one for answers."""
    asked, ask = os.pipe()
    answer, answers = os.pipe()
    try:
        pid = fork_process(
            f"the renderer of {drawer.show.id}",
            lambda: drawer.serve(asked, answers),
            (asked, answers),
            drawer.budget.memory_bytes,
        )
    except OSError:
        os.close(ask)
        os.close(answer)
        raise
    finally:
        os.close(asked)
        os.close(answers)
    return pid, ask, answer


def _build_page(renderer: _Renderer) -> bytes:
    page_ms = renderer.page_ms if isinstance(renderer, AlarmRenderer) else 0
    return _PAGE.pack(page_ms)


def _frame_bytes(size: Size) -> int:
    return size[0] * size[1] * 3


def _build_failure(code: str, detail: str) -> bytes:
    return msgspec.json.encode(_RenderResult(code, detail[:300]))


def _parse_failure(answer: bytes) -> Failure:
    """Parse the answer of a renderer that may be compromised: it can be any bytes."""
    try:
        result = msgspec.json.decode(answer, type=_RenderResult)
    except msgspec.DecodeError:
        return Failure("E_RENDER", "the process that drew it sent an invalid answer", is_death=True)
    if not _CODE.match(result.code):
        return Failure("E_RENDER", "the process that drew it sent an invalid answer", is_death=True)
    return Failure(result.code, "".join(c for c in result.detail[:300] if c.isprintable()))
