"""Records of the banners over what a board shows, each as a play of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from agent.clock import Clock, mono_s
from agent.play.board.board_session import BoardSession
from agent.play.board.face_lane import FaceLane, take_failed
from agent.play.board.film import FAULTS
from agent.play.ipc import WorkerFault
from agent.play.item import Item, PlayLog
from agent.play.play_moments import PlayMoments
from agent.play.play_record import PlayRecord, PlayResult

END_SLACK_S = 0.5  # one that goes less than this before its end counts as shown in full


class BannerRecords:
    """The banners of one board that are seen.

    Args:
        output: the board's name.
        log: the journal.
        clock: the only source of time.
    """

    def __init__(self, output: str, log: PlayLog, clock: Clock) -> None:
        self._output = output
        self._log = log
        self._clock = clock
        self._open: dict[str, _Banner] = {}

    async def update(self, lanes: Iterable[FaceLane], reason: str) -> None:
        """Open the record of each banner that is new over something, close those that are gone.

        Args:
            lanes: the faces.
            reason: why one is gone before its end.
        """
        pairs = [(lane, lane.session.seen_banner) for lane in lanes if lane.session is not None]
        seen = _by_key(pairs)
        for key, (item, faces) in seen.items():
            if key not in self._open:
                self._open[key] = _Banner(self._output, self._log, self._clock, item, faces)
        for key in [key for key in self._open if key not in seen]:
            await self._open.pop(key).close(reason)

    async def take_failed(
        self, lanes: Collection[FaceLane], fault: WorkerFault
    ) -> tuple[BoardSession | None, list[str]]:
        """As `face_lane.take_failed`; where a banner is over it, that has failed, and nothing else.

        What is beneath is drawn again without it, with the next look at the plan. What is wrong
        with a clip is not the banner's.
        """
        at = self._clock.now().at
        if fault.code in FAULTS:
            return take_failed(lanes, fault, at)
        concerned = [
            lane
            for lane in lanes
            if lane.session is not None
            and lane.session.id == fault.id
            and (lane.face in fault.faces or not fault.faces)
        ]
        found = _by_key((lane, lane.session.banner) for lane in concerned if lane.session)
        if not found:
            return take_failed(lanes, fault, at)
        for item, faces in found.values():
            for lane in concerned:
                lane.failed.add(item, fault.code, at)
            result = PlayResult("failed", f"{fault.code}: {fault.detail}", zones=faces, proof="A1")
            await PlayRecord(self._log, self._output, item).close(result)
        return None, []


def _by_key(
    pairs: Iterable[tuple[FaceLane, Item | None]],
) -> dict[str, tuple[Item, list[str]]]:
    """By key, these banners, each with its faces."""
    found: dict[str, tuple[Item, list[str]]] = {}
    for lane, banner in pairs:
        if banner is not None:
            found.setdefault(banner.key, (banner, []))[1].append(lane.face)
    return found


class _Banner:
    """One banner, from its first frame to its end."""

    def __init__(
        self, output: str, log: PlayLog, clock: Clock, item: Item, faces: list[str]
    ) -> None:
        self._item = item
        self._faces = faces
        self._clock = clock
        self._begin_mono_s = mono_s()
        self._moments = PlayMoments(clock)
        self._moments.begin(self._begin_mono_s)
        self._record = PlayRecord(log, output, item)
        self._record.open(self._result("restart", None))

    async def close(self, reason: str) -> None:
        """Write the record."""
        await self._record.close(self._result(reason, mono_s()))

    def _result(self, reason: str, end_mono_s: float | None) -> PlayResult:
        left_s = (self._item.end_at - self._clock.now().at).total_seconds()
        is_full = end_mono_s is not None and left_s <= END_SLACK_S
        last_s = 0.0 if end_mono_s is None else end_mono_s - self._begin_mono_s
        return PlayResult(
            "full" if is_full else "cut",
            None if is_full else reason,
            start_at=self._moments.start_at,
            start_clock=self._moments.start_clock,
            end_at=self._moments.end_at(end_mono_s),
            duration_ms=int(last_s * 1000),
            zones=self._faces,
            proof="A2",
        )
