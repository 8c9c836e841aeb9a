"""What mutes this box: the page's switch, the silence key on the box, signed silence documents."""

from __future__ import annotations

from agent.clock import Now
from agent.plan.silence import ActiveSilence, find_active_silence
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.store.local_mute import LocalMute


class Mutes:
    """All mutes, computed at every query, so that a mute is on before anything sounds.

    Args:
        documents: may order a silence.
        switch: the page's; it lets emergencies through.

    Attributes:
        is_locked: is the silence key on the box turned? Nothing sounds or shows at all then.
        changed: emitted when a mute was switched, has begun or has ended.
    """

    def __init__(self, documents: DocumentsInForce, switch: LocalMute) -> None:
        self.switch = switch
        self.is_locked = False
        self.changed = Signal[[]]()
        self._documents = documents

    def is_switched_on(self) -> bool:
        """Is the page's switch on?"""
        return self.switch.is_on

    def is_key_turned(self) -> bool:
        """Is the silence key on the box turned?"""
        return self.is_locked

    def ordered(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that a document orders, if any."""
        return find_active_silence(self._documents.held, now)

    def is_stopped(self, now: Now) -> bool:
        """Is everything silent and black, an emergency too: by the key or by an order?"""
        ordered = self.ordered(now)
        return self.is_locked or (ordered is not None and ordered.stops_emergency)

    def is_muted(self, now: Now) -> bool:
        """Does nothing but an emergency sound, or not even that?"""
        return self.switch.is_on or self.is_locked or self.ordered(now) is not None
