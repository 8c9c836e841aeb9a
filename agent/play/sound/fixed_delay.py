"""The fixed delay behind the card: the engine works in the card's time, sessions in the horn's.

A moment in a command or event of a session is that at which the horn sounds. The card is given the
sample so much earlier, so that stations with different amplifiers sound together.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from agent.play.ipc import Ended, EngineCommand, Send, Started, StartSlot, WorkerFault

SlotEvent = Started | Ended | WorkerFault


@dataclass(frozen=True)
class FixedDelay:
    """Sends the commands of sessions; gives them the events of their slots.

    Args:
        send: to the engine.
        delay_s: from the card to the horn; 0 changes nothing.
    """

    send: Send
    delay_s: float

    def __call__(self, command: EngineCommand, fd: int | None = None) -> None:
        """Send one command; the descriptor, if any, is passed along and closed."""
        if isinstance(command, StartSlot):
            at_mono_s = command.at_mono_s - self.delay_s
            command = msgspec.structs.replace(command, at_mono_s=at_mono_s)
        self.send(command, fd)

    def heard(self, event: SlotEvent) -> SlotEvent:
        """The event at the moment at which the horn gives it."""
        if isinstance(event, Started | Ended):
            return msgspec.structs.replace(event, mono_s=event.mono_s + self.delay_s)
        return event
