"""What a board's faces show while nothing else is on them: given to its process, and recorded."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from agent.clock import Now, mono_s
from agent.contract.ids import Digest
from agent.errors import PlayError
from agent.play.ipc import (
    ALIVE_S,
    Alive,
    BoardEvent,
    ShowScene,
    Standby,
    StandbyReady,
    WorkerFault,
)
from agent.play.item import OutputContext, StandbyItem

LOOK_S = 5.0  # documents begin and end by themselves too
STEP_S = 2.0  # what a crystal drifts in hours is no new end
STANDBY = "standby"


class StandbyOutput:
    """The standby pictures of one board. A drawn one is recorded, by document and face.

    Args:
        output: its name.
        context: finds them; clock, media and journal.
        send: a command to the present board process.
    """

    def __init__(
        self, output: str, context: OutputContext, send: Callable[[Standby | Alive], None]
    ) -> None:
        self._output = output
        self._context = context
        self._send = send
        self._sent: tuple[Sequence[StandbyItem], list[float]] | None = None
        self._looked_mono_s = 0.0
        self._recorded: dict[str, tuple[str, str]] = {}

    def forget(self) -> None:
        """A new board process has none yet."""
        self._sent = None

    def update(self, now: Now, *, is_changed: bool) -> None:
        """Give the process what it should keep now, if that is something else than before.

        Args:
            now: the moment.
            is_changed: documents, media, clock or a silence may have changed.
        """
        if self._sent is not None and not is_changed and mono_s() - self._looked_mono_s < LOOK_S:
            return
        self._looked_mono_s = mono_s()
        items = self._context.find_standby(now)
        ends = [self._context.clock.mono_of(one.end_at) for one in items]
        if self._sent is None and not items:
            self._sent = (items, ends)
        if self._sent is not None and not self._differs(items, ends):
            return
        with contextlib.suppress(PlayError):  # the supervisor reports its loss; the next gets them
            self._send(Standby([self._build(*one) for one in zip(items, ends, strict=True)]))
            self._sent = (items, ends)

    async def stay_alive(self) -> None:
        """Tell the board that this loop runs; without it the board shows these pictures."""
        while True:
            with contextlib.suppress(PlayError):  # as above
                self._send(Alive())
            await asyncio.sleep(ALIVE_S)

    async def handle(self, event: BoardEvent) -> bool:
        """Handle what the process says of a standby picture; False: the event is about others."""
        match event:
            case StandbyReady():
                self._context.on_fault("standby_failed", self._output, None)
                await self._record(event)
            case WorkerFault(id=str(key)) if self._has(key):
                why = f"{event.code}: {event.detail}"
                self._context.on_fault("standby_failed", self._output, why)
            case _:
                return False
        return True

    def _has(self, key: str) -> bool:
        """Is this one of the pictures that were last given?"""
        return self._sent is not None and any(one.key == key for one in self._sent[0])

    async def _record(self, event: StandbyReady) -> None:
        items = self._sent[0] if self._sent is not None else ()
        item = next((one for one in items if one.key == event.id), None)
        found = (event.id, event.frame_sha256)
        if item is None or self._recorded.get(event.face) == found:
            return
        self._recorded[event.face] = found
        await self._context.log.append(
            "config",
            detail={
                "what": STANDBY,
                "output": self._output,
                "face": event.face,
                "frame_sha256": event.frame_sha256,
                "doc_id": item.source.doc_id,
                "entry": item.source.entry,
                "issuer": item.source.issuer,
            },
        )

    def _differs(self, items: Sequence[StandbyItem], ends: list[float]) -> bool:
        former, former_ends = self._sent or ((), [])
        if [one.key for one in items] != [one.key for one in former]:
            return True
        if [one.faces for one in items] != [one.faces for one in former]:
            return True
        return any(abs(a - b) > STEP_S for a, b in zip(ends, former_ends, strict=True))

    def _build(self, item: StandbyItem, until_mono_s: float) -> ShowScene:
        media = self._context.media
        return ShowScene(
            id=item.key,
            scene=item.scene,
            faces=list(item.faces),
            media={clip.sha256: str(media.path(Digest(clip.sha256))) for clip in item.clips},
            until_mono_s=until_mono_s,
        )
