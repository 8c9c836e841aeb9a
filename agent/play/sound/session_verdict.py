"""What the record says of a session that is over: its outcome and the reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agent.play.play_record import Outcome

MUTED = "muted"  # why an item was not heard, or not on all its lines


@dataclass(frozen=True)
class SessionEnd:
    """How a session ended.

    Args:
        why: the engine's word for the end of the last slot.
        stop_reason: why it was stopped from outside, or broke off; None: neither.
        has_begun: did a sample of it sound?
        is_complete: was its end by plan asked of the engine?
        lack: why what sounded to its end is not the whole item; None: it is.
    """

    why: str
    stop_reason: str | None
    has_begun: bool
    is_complete: bool
    lack: str | None

    @property
    def is_to_its_end(self) -> bool:
        """Did it sound until its own end, or the end by plan?"""
        return self.stop_reason is None and (self.why == "end" or self.is_complete)

    @property
    def is_preempted_unheard(self) -> bool:
        """Was it dropped before its first sample, for a higher level?"""
        return not self.has_begun and self.why == "stopped" and self.stop_reason is None

    def judge(self) -> tuple[Outcome, str | None]:
        """Outcome and reason of the record."""
        if self.is_to_its_end:
            return ("full", None) if self.lack is None else ("cut", self.lack)
        if not self.has_begun:
            is_muted = self.stop_reason == MUTED
            return "skipped" if is_muted else "failed", self.stop_reason or self.why
        # By itself the engine stops only what a higher level cuts, and the end of this slot may
        # be reported before the start of the one that cut it.
        preempted = "preempted" if self.why == "stopped" else self.why
        return "cut", self.stop_reason or preempted
