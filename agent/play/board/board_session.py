"""One item on the faces of a board, from the command to the closed record."""

from __future__ import annotations

import itertools

from agent.clock import mono_s
from agent.contract.ids import Digest
from agent.play.ipc import Shown, ShowScene
from agent.play.item import Item, MediaFiles, OutputContext
from agent.play.play_moments import PlayMoments
from agent.play.play_record import Outcome, PlayRecord, PlayResult

_ids = itertools.count(1)
STEP_S = 2.0  # drawing a scene anew is seen: not for what a crystal drifts in hours


class BoardSession:
    """Shows one item once.

    Args:
        output: the output's name.
        item: the item to show; it has a scene.
        faces: the faces that it is for.
        context: schedule, clock, media, journal and issue sink.
    """

    def __init__(self, output: str, item: Item, faces: list[str], context: OutputContext) -> None:
        self.item = item
        self.faces = faces
        self.id = f"{output}.{next(_ids)}"
        self._clock = context.clock
        self._record = PlayRecord(context.log, output, item)
        self._shown_mono_s: float | None = None
        self._until_mono_s = 0.0
        self._moments = PlayMoments(context.clock)

    @property
    def is_seen(self) -> bool:
        """Has a face shown it?"""
        return self._shown_mono_s is not None

    def command(self, media: MediaFiles) -> ShowScene:
        """The command for the board."""
        item = self.item
        if item.scene is None:
            raise ValueError(f"{item.title} has no scene")
        self._until_mono_s = self._clock.mono_of(item.end_at)
        return ShowScene(
            id=self.id,
            scene=item.scene,
            faces=self.faces,
            media={clip.sha256: str(media.path(Digest(clip.sha256))) for clip in item.clips},
            until_mono_s=self._until_mono_s,
            utc_at_mono_0_s=self._clock.at_of(0.0).timestamp(),
        )

    def has_moved(self, item: Item) -> bool:
        """Has the clock been set since the command, so that the item ends at another moment?"""
        self.item = item
        return abs(self._clock.mono_of(item.end_at) - self._until_mono_s) > STEP_S

    def on_shown(self, event: Shown) -> None:
        """A face shows it; the first face opens the record."""
        if self._shown_mono_s is None:
            self._shown_mono_s = event.mono_s
            self._moments.begin(event.mono_s)
            self._record.open(self._build_result("cut", "restart", None))

    async def close(self, outcome: Outcome, reason: str | None) -> None:
        """Write the record; an item that no face has shown counts as failed."""
        if self.is_seen:
            await self._record.close(self._build_result(outcome, reason, mono_s()))
        else:
            await self._record.close(self._build_result("failed", reason, None))

    def _build_result(
        self, outcome: Outcome, reason: str | None, end_mono_s: float | None
    ) -> PlayResult:
        start_mono_s = self._shown_mono_s
        if start_mono_s is None:
            return PlayResult(outcome, reason, zones=list(self.faces), proof="A1")
        last_s = 0.0 if end_mono_s is None else end_mono_s - start_mono_s
        return PlayResult(
            outcome,
            reason,
            start_at=self._moments.start_at,
            start_clock=self._moments.start_clock,
            end_at=self._moments.end_at(end_mono_s),
            duration_ms=int(last_s * 1000),
            zones=list(self.faces),
            proof="A2",
        )
