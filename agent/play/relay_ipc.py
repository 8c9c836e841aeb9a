"""Messages between the agent and a relay process (see `agent.play.ipc`)."""

from __future__ import annotations

from typing import Literal

from agent.play.ipc import Message, WorkerFault


class AddOutput(Message, frozen=True, tag="add_output"):
    """Write the programme into the pipe whose write end comes with this message."""


class AddDecoder(Message, frozen=True, tag="add_decoder"):
    """A socket to a new decoder comes with this message: a radio's bytes in, samples out."""


class AddFiller(Message, frozen=True, tag="add_filler"):
    """The read end of a pipe of samples comes with this message, heard while the radio is not."""


class BeginRelay(Message, frozen=True, tag="begin_relay"):
    """The first sample is to sound at this moment; it may be moved until then."""

    at_mono_s: float


RelayCommand = AddOutput | AddDecoder | AddFiller | BeginRelay


class RelayReady(Message, frozen=True, tag="relay_ready"):
    """The process is confined and takes commands."""


class RelayBeat(Message, frozen=True, tag="relay_beat"):
    """Every 500 ms: what the programme consisted of so far, and how many connections were tried."""

    radio_ms: int
    filler_ms: int
    silence_ms: int
    connections: int


class DecoderWanted(Message, frozen=True, tag="decoder_wanted"):
    """The next bytes belong to another stream: a new decoder is needed, the former one is over."""


class FillerWanted(Message, frozen=True, tag="filler_wanted"):
    """The radio is not heard, and no filler is at hand."""


class RelayState(Message, frozen=True, tag="relay_state"):
    """The programme is now the radio, or not: it is lost, or sends nothing but silence (blank)."""

    state: Literal["radio", "lost", "blank"]
    reason: str = ""


RelayEvent = RelayReady | RelayBeat | DecoderWanted | FillerWanted | RelayState | WorkerFault
