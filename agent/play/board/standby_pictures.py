"""The still pictures that faces show while nothing else is on them: drawn beforehand, and kept.

They need neither the agent nor a renderer at the moment when they are wanted.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.clock import mono_s
from agent.play.board.forked_process import reap
from agent.play.board.render_process import Failure, RenderProcess
from agent.play.board.scene_budget import SceneBudget
from agent.play.ipc import ShowScene, StandbyReady, WorkerFault

log = logging.getLogger(__name__)
ATTEMPTS = 2  # a renderer that dies may have another cause


@dataclass(frozen=True)
class DrawnPicture:
    """What came of a drawing.

    Args:
        show: the picture.
        frames: by face; empty after a failure.
        failure: why there are none.
    """

    show: ShowScene
    frames: Mapping[str, bytes]
    failure: Failure | None = None

    def list_events(self) -> Iterator[WorkerFault | StandbyReady]:
        """What the agent is told of it."""
        if self.failure is not None:
            yield WorkerFault(self.failure.code, self.failure.detail, id=self.show.id)
        for face, frame in self.frames.items():
            yield StandbyReady(self.show.id, face, hashlib.sha256(frame).hexdigest())


class StandbyPictures:
    """The standby pictures of one board; one renderer at a time draws them.

    Args:
        sizes: (width_px, height_px) of each face.
        station: its id, for texts.
        budget: limits of a scene.
    """

    def __init__(
        self, sizes: Mapping[str, tuple[int, int]], station: str, budget: SceneBudget
    ) -> None:
        self._sizes = dict(sizes)
        self._station = station
        self._budget = budget
        self._wanted: dict[str, ShowScene] = {}
        self._frames: dict[str, bytes] = {}
        self._queue: list[tuple[ShowScene, int]] = []
        self._renderer: RenderProcess | None = None
        self._attempt = 0
        self._dying: list[int] = []

    @property
    def fd(self) -> int | None:
        """Readable once the present renderer has answered."""
        return None if self._renderer is None else self._renderer.fd

    @property
    def due_mono_s(self) -> float:
        """When `check` has something to do at the latest."""
        waiting_s = math.inf if self._renderer is None else self._renderer.due_mono_s or math.inf
        ends = [self._wanted[face].until_mono_s for face in self._frames]
        return min([waiting_s, *ends])

    def replace(self, pictures: Iterable[ShowScene]) -> set[str]:
        """Want these from now on; the faces that have lost their frame."""
        former, self._wanted = self._wanted, {}
        for show in pictures:
            self._wanted |= {face: show for face in show.faces if face in self._sizes}
        lost = {face for face in self._frames if not self._is_same(face, former[face])}
        for face in lost:
            del self._frames[face]
        self.close()
        lacking = self._wanted.keys() - self._frames.keys()
        shows = {show.id: show for face, show in self._wanted.items() if face in lacking}
        self._queue = [(show, 1) for show in shows.values()]
        self._draw_next()
        return lost

    def frame(self, face: str) -> bytes | None:
        """The picture of a face; None: it has none, or its time is over."""
        frame = self._frames.get(face)
        return None if frame is None or self._is_over(face) else frame

    def take_answer(self) -> DrawnPicture | None:
        """The renderer's answer, once `fd` is readable; None: it is tried again."""
        if self._renderer is None:
            return None
        show, answer = self._renderer.show, self._renderer.receive()
        self._end_renderer()
        if isinstance(answer, Failure):
            return self._fail(show, answer)
        self._frames |= {face: answer[face] for face in answer if self._wanted.get(face) is show}
        self._draw_next()
        return DrawnPicture(show, answer)

    def check(self) -> tuple[DrawnPicture | None, set[str]]:
        """A drawing that takes too long has failed; and the faces whose picture's time is over."""
        self._dying = [pid for pid in self._dying if not reap(pid)]
        over = {face for face in self._frames if self._is_over(face)}
        for face in over:
            del self._frames[face], self._wanted[face]
        renderer = self._renderer
        if renderer is None or renderer.due_mono_s is None or mono_s() < renderer.due_mono_s:
            return None, over
        self._end_renderer()
        limit = Failure("E_RENDER", f"not drawn within {self._budget.render_s:g} s")
        return self._fail(renderer.show, limit), over

    def close(self) -> None:
        """End the renderer."""
        self._queue = []
        self._end_renderer()

    def _is_same(self, face: str, former: ShowScene) -> bool:
        show = self._wanted.get(face)
        return show is not None and (show.scene, show.media) == (former.scene, former.media)

    def _is_over(self, face: str) -> bool:
        return mono_s() >= self._wanted[face].until_mono_s

    def _draw_next(self) -> None:
        while self._renderer is None and self._queue:
            show, self._attempt = self._queue.pop(0)
            sizes = {face: self._sizes[face] for face in show.faces if face in self._sizes}
            try:
                self._renderer = RenderProcess(show, sizes, self._station, self._budget)
                self._renderer.request()
            except OSError as error:
                log.warning("no process to draw the standby picture: %s", error)

    def _fail(self, show: ShowScene, failure: Failure) -> DrawnPicture | None:
        if failure.is_death and self._attempt < ATTEMPTS:
            self._queue.insert(0, (show, self._attempt + 1))
            self._draw_next()
            return None
        self._draw_next()
        return DrawnPicture(show, {}, failure)

    def _end_renderer(self) -> None:
        renderer, self._renderer = self._renderer, None
        if renderer is not None and (pid := renderer.kill()) is not None:
            self._dying.append(pid)
