"""A melody on air for minutes; its state is read from the capture alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from central.store.records import list_gaps
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis, assert_in_its_place
from tests.harness.station_harness import assert_chain_whole, moment, soon

BACK_S = 60.0


@dataclass
class ContinuousPlay:
    """A testbed whose station plays one long melody that rejoins its own timeline.

    Args:
        site: see `tests/integration/conftest.py`.
    """

    site: Any
    planned: datetime = field(init=False)
    capture: Any = None

    async def begin(self) -> ContinuousPlay:
        """Publish the programme, record the sink, wait for the first sound."""
        line = "title: Ca nhạc, play: [nhac.opus], repeat: 30, when_cut: rejoin"
        await self.site.stock(line)
        self.planned = soon(3)
        await self.site.publish(self.site.compile([(self.planned, line)]))
        await self.record()
        await self.until_sounding(self.planned - timedelta(seconds=1))
        await self.pass_time(0.2)  # a play is on record some milliseconds before it is heard
        return self

    async def record(self) -> None:
        """Record from now on; a capture dies with its sound server."""
        self.capture = await self.site.testbed.room.capture(SINK, self.site.folder)

    async def until_sounding(self, since: datetime, limit_s: float = BACK_S) -> datetime:
        """Wait until the station has recorded a play that began after a moment."""

        def is_new() -> bool:
            play = self.site.open_play()
            return play is not None and moment(play["start"]) > since

        await until(is_new, f"sound after {since}: {self.site.station.log_tail()}", limit_s)
        return moment(self.site.open_play()["start"])

    async def hear(self) -> AudioAnalysis:
        """Stop the recording and return it."""
        return AudioAnalysis(await self.site.testbed.room.finish(self.capture))

    async def pass_time(self, seconds: float) -> None:
        """Let time pass; the sound of that time is judged."""
        await self.pass_until(datetime.now(UTC) + timedelta(seconds=seconds))

    async def pass_until(self, at: datetime) -> None:
        """Let time pass until a moment."""
        await asyncio.sleep((at - datetime.now(UTC)).total_seconds() + 0.01)

    def assert_in_its_place(
        self, sound: AudioAnalysis, since: datetime, seconds: float = 2.5
    ) -> None:
        """From a moment on the melody is where it would be had nothing happened.

        To the error that the station states of its clock: on a busy machine its first answer is
        slow, and what began by that time goes on by it.
        """
        error_s = self.site.clock_error_s()
        begun = self._begun(since)
        assert_in_its_place(sound, self.planned, since, seconds, error_s=error_s, begun=begun)

    def _begun(self, at: datetime) -> datetime:
        """When the play began, by the records, that sounds at a moment."""
        plays = [*self.site.collected_plays(), self.site.open_play()]
        starts = [moment(play["start"]) for play in plays if play is not None and play["start"]]
        return max((start for start in starts if start <= at), default=at)

    async def until_reported(self, kind: str, states: list[str], limit_s: float = 60.0) -> None:
        """Wait until the centre's records of an issue are as expected."""

        def list_states() -> list[str]:
            details = [r["detail"] for r in self.site.collected() if r["kind"] == "fault"]
            return [d["state"] for d in details if d["what"] == kind]

        await until(lambda: list_states() == states, f"{kind} {states} at the centre", limit_s)

    async def assert_truth(self) -> None:
        """The centre has the whole journal, and no hole is in it."""
        await self.site.until_collected()
        assert_chain_whole(self.site.collected_rows())
        assert list_gaps(self.site.testbed.database) == []
