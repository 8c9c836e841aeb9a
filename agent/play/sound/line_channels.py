"""Which channels of the device feed which loudspeaker lines.

The signal is mono: what an item has for two ears is mixed down by its decoder, because horns a
hundred metres apart make no stereo. A device of several channels is several mono outputs that
share one clock: a line has its own channels, and an item sounds on those of its lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from agent.play.ipc import Channels, EngineCommand, Fire, Load, Send
from agent.play.speaker_line import SpeakerLine


def zones_by_channel(lines: Iterable[SpeakerLine]) -> dict[int, tuple[str, ...]]:
    """Channel, from 0, → the zones that it feeds. Empty: the device has one channel for all."""
    zones: dict[int, tuple[str, ...]] = {}
    for line in lines:
        for channel in line.channels:
            zones[channel] = (*zones.get(channel, ()), line.name)
    return zones


def channels_of(lines: Iterable[SpeakerLine]) -> Channels:
    """The channels of these lines, each at 0 dB."""
    return dict.fromkeys(zones_by_channel(lines), 0.0)


@dataclass(frozen=True)
class ChannelSend:
    """Sends the commands of a session whose slots all sound on the same channels.

    Args:
        send: to the engine.
        channels: of its lines.
    """

    send: Send
    channels: Channels

    def __call__(self, command: EngineCommand, fd: int | None = None) -> None:
        """Send one command; the descriptor, if any, is passed along and closed."""
        if self.channels and isinstance(command, Load | Fire):
            command = msgspec.structs.replace(command, channels=self.channels)
        self.send(command, fd)
