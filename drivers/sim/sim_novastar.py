"""A simulated NovaStar sending card with its receiving cards, behind a TCP port or a serial port.

It has the physics of a wall: receiving cards warm up with their brightness, the light of the day is
what the state says, registers return to what is in flash after a power cut. Power output 1 feeds
all cabinets. Run as

    python -m drivers.sim.sim_novastar_port PROFILE PORT [STATE]

it simulates the card of station.yaml at that port, `tcp://127.0.0.1:5200` or a path. STATE is a
JSON file that an operator edits while the agent runs; each change of the file is applied once:

    {"video": true, "input": "hdmi", "mode": "normal", "test": false, "lux": 800, "ambient_c": 31,
     "dead": ["1.3"], "backup": [2], "power_cuts": 0, "locked_input": null, "fault": null,
     "monitor": {"humidity_pct": 60, "fans_rpm": [1200, 1150], "smoke": false}}

`monitor` is what the monitor card of each receiving card measures; null: none is fitted. `fault` is
one of `FAULTS`. `input`, `mode` and `test` are what somebody else has set at the card;
`locked_input` is an input that the card keeps, whatever it is told.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.codec import novastar_registers as reg
from drivers.codec.novastar import (
    COMPUTER,
    EVERY_BOARD,
    EVERY_PORT,
    FUNCTION_CARD,
    RECEIVER,
    Packet,
    PacketDecoder,
    encode_packet,
)
from drivers.profile.model import BoardProfile, ControlSpec
from drivers.sim.state_file import read_state

FAULTS = ("mute", "half", "damaged", "other_number", "liar", "refuses")
OK, NO_DEVICE, UNKNOWN = 0, 1, 4
STORED_LEVEL = 128  # brightness in flash
WARMING_C = 24.0  # above the surroundings at full brightness
WARMING_S = 600.0
FIRMWARE = bytes([4, 3, 0, 0])
_MODES = {"normal": 0, "freeze": 1, "black": 2}


class SimReceiver:
    """One receiving card on its wall; it warms up with its light."""

    def __init__(self, ambient_c: float) -> None:
        self.is_dead = False
        self.temperature_c = ambient_c
        self.monitor: Mapping[str, Any] | None = None
        self.memory: dict[int, int] = {}
        self.cut_power()

    def cut_power(self) -> None:
        """Return to what is in flash."""
        self.memory = {reg.BRIGHTNESS: STORED_LEVEL, reg.BLACK: 0, reg.TEST: 0, reg.FREEZE: 0}

    def warm(self, ambient_c: float, passed_s: float) -> None:
        """Let time pass."""
        light = 0 if self.memory[reg.BLACK] else self.memory[reg.BRIGHTNESS] / 255
        end_c = ambient_c + WARMING_C * light
        self.temperature_c = end_c + (self.temperature_c - end_c) * math.exp(-passed_s / WARMING_S)

    def read(self, register: int, length: int) -> bytes | None:
        """The bytes there; None where this card has no such register."""
        if register == reg.MONITORING and length <= reg.MONITORING_BYTES:
            return self._monitoring()[:length]
        if register == reg.ALIVE:
            return bytes([0x05, 0x41, *FIRMWARE])[:length]
        found = [self.memory.get(register + at) for at in range(length)]
        return None if None in found else bytes(byte for byte in found if byte is not None)

    def _monitoring(self) -> bytes:
        block = bytearray(reg.MONITORING_BYTES)
        half_degrees = round(self.temperature_c * 2)
        block[0] = 0x80 | (half_degrees < 0)
        block[1] = min(255, abs(half_degrees))
        block[3] = 0x80 | 49
        if self.monitor is not None:
            block[0x20] = reg.ON
            block[0x29] = 0x80 | self.monitor.get("humidity_pct", 0)
            block[0x2A] = int(self.monitor.get("smoke", False))
            for at, rpm in enumerate(self.monitor.get("fans_rpm", ())):
                block[0x2B + at] = 0x80 | rpm // reg.FAN_STEP_RPM
        return bytes(block)


class SimNovaStar:
    """The card: `answer` takes bytes and gives bytes.

    Args:
        profile: of the model.
        receivers: number of receiving cards at each output.
        state: the operator's file; None: only `apply`.
        card: its place in a chain of sending cards, from 0.
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        profile: BoardProfile,
        receivers: tuple[int, ...] = (1,),
        *,
        state: Path | None = None,
        card: int = 0,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        if profile.control is None:
            raise ValueError(f"{profile.model} is no control plane")
        self.spec: ControlSpec = profile.control
        self.fault: str | None = None
        self.locked_input: str | None = None
        self.has_locked_test = False
        self.ambient_c = 30.0
        self.requests: list[Packet] = []
        self.receivers = {
            (port, index): SimReceiver(self.ambient_c)
            for port, number in enumerate(receivers)
            for index in range(number)
        }
        self.power = [True] * 8
        self.sender: dict[int, int] = {}
        self._card = card
        self._state = state
        self._stamp: tuple[int, int] | None = None
        self._power_cuts = 0
        self._mono = mono
        self._now_mono_s = mono()
        self._decoder = PacketDecoder()
        self.cut_power()

    def cut_power(self) -> None:
        """Everything that was written is gone; the wall shows what is in flash."""
        lux_valid = self.sender.get(reg.LIGHT + 1, 0)
        kept = {reg.LIGHT: self.sender.get(reg.LIGHT, 0), reg.LIGHT + 1: lux_valid}
        model = bytes.fromhex(next(iter(self.spec.models)))
        self.sender = {reg.MODEL: model[0], reg.MODEL + 1: model[1], **kept}
        self.sender |= {reg.SENDER_FIRMWARE + at: byte for at, byte in enumerate(FIRMWARE)}
        self.sender |= dict.fromkeys((reg.VIDEO_PRESENT, reg.REDUNDANCY, reg.INPUT_STATUS), 0)
        for at, size in ((reg.CABINET_WIDTH, 128), (reg.CABINET_HEIGHT, 64)):
            self.sender |= {at: size & 0xFF, at + 1: size >> 8}
        if self.spec.input_register is not None:
            self.sender[self.spec.input_register] = next(iter(self.spec.inputs.values()))
        if self.spec.mode_register is not None:
            self.sender[self.spec.mode_register] = 0
        for receiver in self.receivers.values():
            receiver.cut_power()
        self.apply({"video": True})

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Something happens at the wall; keys as in the state file.

        Raises:
            ValueError: no such key.
        """
        for key, value in changes.items():
            change = getattr(self, f"_apply_{key}", None)
            if change is None:
                raise ValueError(f"no such key: {key}")
            change(value)

    def answer(self, frame: bytes) -> bytes:
        """The answer to the bytes that came; empty without a whole request, or when mute."""
        self._pass_time()
        replies = b""
        for request in self._decoder.feed(frame):
            if request.kind == "request" and request.destination in (self._card, 0xFF):
                self.requests.append(request)
                self._keep_input()
                replies += self._spoil(self._serve(request))
        return replies

    def _serve(self, request: Packet) -> Packet:
        if self.fault == "refuses":
            return _reply(request, UNKNOWN)
        return self._write(request) if request.is_write else self._read(request)

    def _read(self, request: Packet) -> Packet:
        if request.device != RECEIVER:
            found = [self.sender.get(request.register + at) for at in range(request.length)]
            if None in found:
                return _reply(request, UNKNOWN)
            return _reply(request, OK, bytes(byte for byte in found if byte is not None))
        receiver = self.receivers.get((request.port, request.board))
        if receiver is None or receiver.is_dead or not self.power[0]:
            return _reply(request, NO_DEVICE)
        data = receiver.read(request.register, request.length)
        return _reply(request, UNKNOWN) if data is None else _reply(request, OK, data)

    def _write(self, request: Packet) -> Packet:
        if self.fault == "liar":
            return _reply(request, OK)
        if reg.POWER <= request.register < reg.POWER + len(self.power):
            if request.device != self.spec.power_device:
                return _reply(request, NO_DEVICE)
            self._switch(request.register - reg.POWER, on=not request.data[0])
            return _reply(request, OK)
        if request.device == FUNCTION_CARD:
            return _reply(request, NO_DEVICE)
        if request.device != RECEIVER:
            return self._write_to(self.sender, request)
        for place, receiver in self.receivers.items():
            if not self.power[0]:
                continue
            if request.port in (place[0], EVERY_PORT) and request.board in (place[1], EVERY_BOARD):
                self._write_to(receiver.memory, request)
        return _reply(request, OK)  # the sending card's own word

    def _switch(self, output: int, *, on: bool) -> None:
        """Output 1 feeds all cabinets: what was written to their cards is gone with the power."""
        self.power[output] = on
        if output == 0 and not on:
            for receiver in self.receivers.values():
                receiver.cut_power()

    def _keep_input(self) -> None:
        if self.locked_input is not None:
            self._apply_input(self.locked_input)
        if self.has_locked_test:
            self._apply_test(value=True)

    def _write_to(self, memory: dict[int, int], request: Packet) -> Packet:
        places = range(request.register, request.register + request.length)
        if any(place not in memory for place in places):
            return _reply(request, UNKNOWN)
        memory.update(zip(places, request.data, strict=True))
        return _reply(request, OK)

    def _spoil(self, reply: Packet) -> bytes:
        whole = encode_packet(reply)
        match self.fault:
            case "mute":
                return b""
            case "half":
                return whole[: len(whole) // 2]
            case "damaged":
                return whole[:-1] + bytes([whole[-1] ^ 0xFF])
            case "other_number":
                return encode_packet(replace(reply, serial=(reply.serial + 7) % 256))
        return whole

    def _pass_time(self) -> None:
        before, self._now_mono_s = self._now_mono_s, self._mono()
        for receiver in self.receivers.values():
            receiver.warm(self.ambient_c, self._now_mono_s - before)
        if self._state is None or not self._state.exists():
            return
        stat = self._state.stat()
        if (stamp := (stat.st_mtime_ns, stat.st_size)) != self._stamp:
            self._stamp = stamp
            self.apply(read_state(self._state, FAULTS))

    def _apply_video(self, value: bool) -> None:  # noqa: FBT001 - the state itself
        self.sender[reg.VIDEO_PRESENT] = int(value)
        bits = sum(1 << bit for bit in self.spec.input_bits.values()) if value else 0
        self.sender[reg.INPUT_STATUS] = bits if self.spec.input_signal else ~bits & 0xFF

    def _apply_input(self, value: str) -> None:
        if self.spec.input_register is not None:
            self.sender[self.spec.input_register] = self.spec.inputs[value]

    def _apply_mode(self, value: str) -> None:
        if self.spec.mode_register is not None:
            self.sender[self.spec.mode_register] = _MODES[value]
        for receiver in self.receivers.values():
            receiver.memory[reg.BLACK] = reg.ON if value == "black" else reg.OFF
            receiver.memory[reg.FREEZE] = reg.ON if value == "freeze" else reg.OFF

    def _apply_test(self, value: bool) -> None:  # noqa: FBT001 - the state itself
        for receiver in self.receivers.values():
            receiver.memory[reg.TEST] = reg.TESTS["red"] if value else reg.VIDEO

    def _apply_lux(self, value: int | None) -> None:
        raw = 0 if value is None else 0x8000 | min(value // reg.LUX_STEP, 0x7FFF)
        self.sender |= {reg.LIGHT: raw & 0xFF, reg.LIGHT + 1: raw >> 8}

    def _apply_ambient_c(self, value: float) -> None:
        self.ambient_c = value

    def _apply_monitor(self, value: Mapping[str, Any] | None) -> None:
        for receiver in self.receivers.values():
            receiver.monitor = value

    def _apply_dead(self, value: list[str]) -> None:
        for (port, index), receiver in self.receivers.items():
            receiver.is_dead = f"{port + 1}.{index + 1}" in value

    def _apply_backup(self, value: list[int]) -> None:
        self.sender[reg.REDUNDANCY] = sum(0b10 << 2 * (port - 1) for port in value)

    def _apply_power_cuts(self, value: int) -> None:
        if value > self._power_cuts:
            self.cut_power()
        self._power_cuts = value

    def _apply_locked_input(self, value: str | None) -> None:
        self.locked_input = value

    def _apply_locked_test(self, value: bool) -> None:  # noqa: FBT001 - the state itself
        self.has_locked_test = value

    def _apply_fault(self, value: str | None) -> None:
        self.fault = value


def _reply(request: Packet, ack: int, data: bytes = b"") -> Packet:
    """The reply to a request; a refused read carries zeros, as many as were asked for."""
    if request.is_write:
        data = b""
    elif ack:
        data = bytes(request.length)
    return Packet(
        kind="reply",
        ack=ack,
        serial=request.serial,
        source=request.destination,
        destination=COMPUTER,
        device=request.device,
        port=request.port,
        board=request.board,
        is_write=request.is_write,
        register=request.register,
        length=len(data),
        data=data,
    )
