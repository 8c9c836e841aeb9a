"""An engine that is alive and never ends what it was told to stop would hold the output."""

from __future__ import annotations

from collections.abc import Iterable

from agent.play.sound.session_stack import Session

LIMIT_BEATS = 10  # 5 s; a stream that stands still is closed, and its slots end, after 2 s


class StopLimit:
    """Counts the beats of an engine since a session was told to stop.

    Beats and ends come in one order, so however late the agent is, an end that the engine has sent
    is handled before a beat that follows it.
    """

    def __init__(self) -> None:
        self._beats: dict[Session, int] = {}

    def on_beat(self, sessions: Iterable[Session]) -> Session | None:
        """The engine is alive; returns a session that it should have ended long ago."""
        self._beats = {one: self._beats.get(one, 0) + 1 for one in sessions if one.is_stopping}
        return next((one for one, beats in self._beats.items() if beats > LIMIT_BEATS), None)
