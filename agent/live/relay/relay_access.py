"""What a box may pull itself, and with what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from agent.clock import Clock
from agent.contract.document import Medium
from agent.play.speaker_line import FaultSink


@dataclass(frozen=True)
class RelayAccess:
    """What a box may pull, and with what.

    Args:
        hosts: those that the signed policy names now.
        allow_private: the technician's half of the permission to use a local network.
        ca: PEM of an authority that is trusted besides the system's.
        clock: for the dates of certificates.
        find_filler: what is heard while the radio of an issuer's item is not.
        on_fault: begins and ends the issues `radio_lost` and `radio_blank`.
    """

    hosts: Callable[[], Collection[str]]
    allow_private: bool
    ca: str
    clock: Clock
    find_filler: Callable[[str], Sequence[Medium]]
    on_fault: FaultSink
