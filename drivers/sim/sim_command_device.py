"""A simulated device with a command table, which answers like the examples of its profile."""

from __future__ import annotations

from collections.abc import Callable

from drivers.profile.model import AmplifierProfile, CommandSpec, Query, RelayProfile, VolumeQuery
from drivers.profile.template import build_frame, build_pattern

Act = Callable[[], bytes]


class SimCommandDevice:
    """A relay or amplifier on its own serial line.

    Args:
        profile: with a command table.
        unit: the device's number, where its commands contain one.
    """

    def __init__(self, profile: RelayProfile | AmplifierProfile, unit: int = 0) -> None:
        if profile.commands is None:
            raise ValueError(f"{profile.model}: no command table")
        self._commands = profile.commands
        self._unit = unit
        self.contacts = dict.fromkeys(range(profile.channels), False)
        self.stuck: dict[int, bool] = {}
        self.volumes = dict.fromkeys(range(profile.channels), 0)
        self._acts: dict[bytes, Act] = {}
        for channel in self.contacts:
            self._add_channel(channel)

    def answer(self, frame: bytes) -> bytes:
        """The answer to one command; empty for an unknown one."""
        act = self._acts.get(frame)
        return act() if act else b""

    def drop_volume_commands(self) -> None:
        """Drop the volume commands, like older firmware."""
        volume = self._commands.volume
        if volume is None:
            return
        for channel in self.contacts:
            for step in range(volume.low, volume.high + 1):
                self._acts.pop(self._frame(volume.set.send, channel, step), None)

    def _add_channel(self, channel: int) -> None:
        commands = self._commands
        self._acts[self._frame(commands.on.send, channel)] = self._build_switch_act(
            commands.on, channel, closed=True
        )
        self._acts[self._frame(commands.off.send, channel)] = self._build_switch_act(
            commands.off, channel, closed=False
        )
        if commands.volume is not None:
            volume = commands.volume
            for step in range(volume.low, volume.high + 1):
                frame = self._frame(volume.set.send, channel, step)
                self._acts[frame] = self._build_volume_act(volume.set, channel, step)
        query = commands.query
        volume_query = commands.volume.query if commands.volume else None
        for question in (query, volume_query):
            if question is not None:
                frame = self._frame(question.send, channel)
                self._acts[frame] = self._build_query_act(query, volume_query, channel)

    def _build_switch_act(self, command: CommandSpec, channel: int, *, closed: bool) -> Act:
        def act() -> bytes:
            self.contacts[channel] = self.stuck.get(channel, closed)
            return self._reply(command.example, channel)

        return act

    def _build_volume_act(self, command: CommandSpec, channel: int, step: int) -> Act:
        def act() -> bytes:
            self.volumes[channel] = step
            return self._reply(command.example, channel, step)

        return act

    def _build_query_act(
        self, query: Query | None, volume: VolumeQuery | None, channel: int
    ) -> Act:
        """One query may request both, so the answer contains both."""

        def act() -> bytes:
            reply = b""
            if query is not None:
                is_on = self.contacts[channel]
                reply = self._reply(query.example_on if is_on else query.example_off, channel)
            if volume is not None and (query is None or query.send == volume.send):
                reply = reply or self._reply(volume.example, channel)
                reply = self._put_volume(volume, reply, channel)
            return reply

        return act

    def _put_volume(self, volume: VolumeQuery, reply: bytes, channel: int) -> bytes:
        values = self._values(channel)
        found = build_pattern(self._commands.form, volume.answer, values).search(reply)
        if found is None:
            return reply
        start, end = found.span("volume")
        digits = f"{self.volumes[channel]:0{end - start}d}".encode()
        return reply[:start] + digits + reply[end:]

    def _reply(self, example: str | None, channel: int, step: int = 0) -> bytes:
        return self._frame(example, channel, step) if example else b""

    def _frame(self, text: str, channel: int, step: int = 0) -> bytes:
        return build_frame(self._commands.form, text, {**self._values(channel), "volume": step})

    def _values(self, channel: int) -> dict[str, int]:
        return {"unit": self._unit, "channel": self._commands.first_channel + channel}
