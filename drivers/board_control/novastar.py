"""A NovaStar sending card or video processor: dims, blanks and watches; carries no picture.

All writes go to registers that a power cut clears. What was written is read back from the first
receiving card that answers, because the sending card itself acknowledges a write for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.board_control.novastar_link import NovaStarLink, build_link
from drivers.codec import novastar_registers as reg
from drivers.codec.novastar import (
    EVERY_BOARD,
    EVERY_PORT,
    RECEIVER,
    SENDER,
    build_read,
    build_write,
)
from drivers.control_plane import (
    BoardIdentity,
    BoardReading,
    DisplayMode,
    Feature,
    ReceiverReading,
    TestPattern,
)
from drivers.errors import DeviceFault, DeviceTimeout, UnsupportedFeature
from drivers.profile.model import BoardProfile, ControlSpec

POWER_OUTPUTS = 8
MAX_RECEIVERS = 256
_MODES: dict[DisplayMode, int] = {"normal": 0, "freeze": 1, "black": 2}


class NovaStarCard:
    """A `BoardControl`; see there for the order of calls.

    Args:
        profile: of the model.
        name: its name in the settings.
        port: a serial port's path, or `tcp://host`.
        receivers: the number of receiving cards at each output, "4,4".
        card: its place in a chain of sending cards, from 0.
        input: the input at which this box is connected.
        baud: of the serial line; the factory's without.
        parity: of the serial line; these cards have none.
        timeout_ms: longest time until an answer.

    Raises:
        UnsupportedFeature: the settings do not fit the model.
    """

    def __init__(  # noqa: PLR0913 - the keys of a control card in the settings
        self,
        profile: BoardProfile,
        *,
        name: str = "control card",
        port: str,
        receivers: str = "1",
        card: int = 0,
        input: str | None = None,  # noqa: A002 - the key of the settings
        baud: int | None = None,
        parity: str | None = None,
        timeout_ms: int = 1000,
    ) -> None:
        del parity
        if profile.control is None:
            raise UnsupportedFeature(name, "load", f"{profile.model} is no control plane")
        self.name = name
        self._spec: ControlSpec = profile.control
        self.features: frozenset[Feature] = frozenset(self._spec.features)
        self.limits = (self._spec.brightness.low, self._spec.brightness.high)
        self.inputs = tuple(self._spec.inputs)
        self.source = input
        self.hot_c = self._spec.hot_c
        self._places = tuple(_list_places(name, receivers, self._spec.outputs))
        self._card = card
        self._link: NovaStarLink = build_link(profile, name, port, baud, timeout_ms, card)

    async def identify(self) -> BoardIdentity:
        """See `BoardControl.identify`."""
        model = reg.decode_model(await self._read("model", reg.MODEL, 2))
        firmware = reg.decode_firmware(await self._read("firmware", reg.SENDER_FIRMWARE, 4))
        known = self._spec.models.get(model)
        try:
            width = reg.decode_u16(await self._read("size", reg.CABINET_WIDTH, 2))
            height = reg.decode_u16(await self._read("size", reg.CABINET_HEIGHT, 2))
        except UnsupportedFeature:
            width = height = 0
        return BoardIdentity(
            model=known or f"model number {model}",
            firmware=firmware,
            is_expected=known is not None,
            cabinet_px=(width, height) if width and height else None,
        )

    async def read(self) -> BoardReading:
        """See `BoardControl.read`."""
        video, signals = await self._read_inputs()
        receivers = [await self._read_receiver(port, index) for port, index in self._places]
        alive = next((one for one in receivers if one.is_alive), None)
        brightness_pct = None
        if alive is not None:
            place = (alive.port - 1, alive.index - 1)
            level = await self._read("brightness", reg.BRIGHTNESS, 1, place)
            brightness_pct = reg.to_pct(level[0])
        own_mode = alive.mode if alive is not None else None
        return BoardReading(
            brightness_pct=brightness_pct,
            mode=await self._read_mode() if self._spec.mode_register is not None else own_mode,
            has_test=any(one.has_test for one in receivers),
            video_present=video,
            input=await self._read_input(),
            signals=signals,
            lux=await self._read_lux(),
            backup_ports=await self._read_backups(),
            receivers=tuple(receivers),
        )

    async def set_brightness(self, pct: int) -> None:
        """See `BoardControl.set_brightness`."""
        low, high = self.limits
        if not low <= pct <= high:
            raise ValueError(f"{self.name}: {pct} % is outside {low}..{high} %")
        level = reg.to_level(pct)
        await self._write_receivers("brightness", reg.BRIGHTNESS, level)
        await self._prove("brightness", reg.BRIGHTNESS, level)

    async def set_mode(self, mode: DisplayMode) -> None:
        """See `BoardControl.set_mode`."""
        if mode != "normal":
            self._need(mode)
        if self._spec.mode_register is not None:
            await self._write(f"mode {mode}", self._spec.mode_register, _MODES[mode])
            await self._set_receivers("normal")
        else:
            await self._set_receivers(mode)

    async def _set_receivers(self, mode: DisplayMode) -> None:
        """End tests of the receiving cards, and set their own mode."""
        black = reg.ON if mode == "black" else reg.OFF
        freeze = reg.ON if mode == "freeze" else reg.OFF
        if mode == "black":  # at once, before anything else changes
            await self._write_receivers("black", reg.BLACK, black)
        await self._write_receivers("end of test", reg.TEST, reg.VIDEO)
        if "freeze" in self.features:
            await self._write_receivers(f"freeze {mode}", reg.FREEZE, freeze)
        if mode != "black":
            await self._write_receivers("normal", reg.BLACK, black)
        await self._prove(f"mode {mode}", reg.BLACK, black)

    async def show_test(self, pattern: TestPattern) -> None:
        """See `BoardControl.show_test`."""
        self._need("test")
        await self._write_receivers(f"test {pattern}", reg.TEST, reg.TESTS[pattern])
        await self._prove(f"test {pattern}", reg.TEST, reg.TESTS[pattern])

    async def select_input(self, source: str) -> None:
        """See `BoardControl.select_input`."""
        if self._spec.input_register is None:
            raise UnsupportedFeature(self.name, f"input {source}", "this model has one input")
        if source not in self._spec.inputs:
            raise ValueError(f"{self.name}: no input {source!r}, only {', '.join(self.inputs)}")
        value = self._spec.inputs[source]
        await self._write(f"input {source}", self._spec.input_register, value)
        found = await self._read(f"input {source}", self._spec.input_register, 1)
        if found[0] != value:
            raise DeviceFault(self.name, f"input {source}", f"it reads {found.hex()}")

    async def set_power(self, output: int, on: bool) -> None:  # noqa: FBT001 - the state itself
        """See `BoardControl.set_power`."""
        self._need("power")
        if not 1 <= output <= POWER_OUTPUTS:
            raise ValueError(f"{self.name}: no power output {output}, only 1..{POWER_OUTPUTS}")
        request = build_write(
            self._link.next_serial(),
            reg.POWER + output - 1,
            bytes([0 if on else 1]),
            device=self._spec.power_device,
            destination=self._card,
        )
        await self._link.command(f"power {output}", request)

    def _need(self, feature: str) -> None:
        if feature not in self.features:
            raise UnsupportedFeature(self.name, feature, "this model has no such command")

    async def _read_inputs(self) -> tuple[bool | None, tuple[str, ...]]:
        """Does a picture arrive, and at which inputs? A processor has only the second."""
        video = None
        if "video-present" in self.features:
            video = bool((await self._read("video", reg.VIDEO_PRESENT, 1))[0])
        if not self._spec.input_bits:
            return video, ()
        bits = (await self._read("inputs", reg.INPUT_STATUS, 1))[0]
        want = self._spec.input_signal
        return video, tuple(
            n for n, bit in self._spec.input_bits.items() if bits >> bit & 1 == want
        )

    async def _read_input(self) -> str | None:
        if self._spec.input_register is None:
            return None
        value = (await self._read("input", self._spec.input_register, 1))[0]
        return next((n for n, one in self._spec.inputs.items() if one == value), f"{value:02X}")

    async def _read_mode(self) -> DisplayMode | None:
        if self._spec.mode_register is None:
            return None
        value = (await self._read("mode", self._spec.mode_register, 1))[0]
        return next((mode for mode, one in _MODES.items() if one == value), None)

    async def _read_lux(self) -> int | None:
        if "light" not in self.features:
            return None
        return reg.decode_lux(await self._read("light", reg.LIGHT, 2))

    async def _read_backups(self) -> tuple[int, ...]:
        if "redundancy" not in self.features:
            return ()
        data = await self._read("redundancy", reg.REDUNDANCY, 1)
        return reg.decode_backups(data, self._spec.outputs)

    async def _read_display(self, place: tuple[int, int]) -> tuple[DisplayMode, bool]:
        data = await self._read("display", reg.BLACK, reg.DISPLAY_BYTES, place)
        black, test, freeze = data
        mode: DisplayMode = "black" if black else "freeze" if freeze else "normal"
        return mode, test != reg.VIDEO

    async def _read_receiver(self, port: int, index: int) -> ReceiverReading:
        """One receiving card: the sending card says itself that one does not answer."""
        try:
            block = await self._read(
                "monitoring", reg.MONITORING, reg.MONITORING_BYTES, (port, index)
            )
        except DeviceTimeout:
            await self._read("model", reg.MODEL, 2)  # the sending card itself must answer
            return ReceiverReading(port=port + 1, index=index + 1, is_alive=False)
        found = reg.decode_monitoring(block)
        mode, has_test = await self._read_display((port, index))
        is_own = self._spec.mode_register is None or mode != "normal"
        return ReceiverReading(
            port=port + 1,
            index=index + 1,
            is_alive=True,
            temperature_c=found.temperature_c,
            humidity_pct=found.humidity_pct,
            voltage_v=found.voltage_v,
            fans_rpm=found.fans_rpm,
            has_smoke=found.has_smoke,
            mode=mode if is_own else None,
            has_test=has_test,
        )

    async def _prove(self, operation: str, register: int, value: int) -> None:
        """Read one byte back from the first receiving card that answers.

        Raises:
            DeviceFault: none answers, or it holds another value.
        """
        for place in self._places:
            try:
                found = await self._read(operation, register, 1, place)
            except DeviceTimeout:
                continue
            if found[0] != value:
                raise DeviceFault(self.name, operation, f"it reads {found[0]}, not {value}")
            return
        raise DeviceFault(self.name, operation, "no receiving card answers")

    async def _read(
        self, operation: str, register: int, length: int, place: tuple[int, int] | None = None
    ) -> bytes:
        """Bytes of the sending card, or of the receiving card at (output, index)."""
        port, index = place or (0, 0)
        request = build_read(
            self._link.next_serial(),
            register,
            length,
            device=SENDER if place is None else RECEIVER,
            destination=self._card,
            port=port,
            board=index,
        )
        return await self._link.poll(operation, request)

    async def _write(self, operation: str, register: int, value: int) -> None:
        request = build_write(
            self._link.next_serial(),
            register,
            bytes([value]),
            device=SENDER,
            destination=self._card,
        )
        await self._link.command(operation, request)

    async def _write_receivers(self, operation: str, register: int, value: int) -> None:
        request = build_write(
            self._link.next_serial(),
            register,
            bytes([value]),
            device=RECEIVER,
            destination=self._card,
            port=EVERY_PORT,
            board=EVERY_BOARD,
        )
        await self._link.command(operation, request)


def _list_places(name: str, receivers: str, outputs: int) -> Iterator[tuple[int, int]]:
    """(output, index) of each receiving card, both from 0."""
    counts = receivers.split(",")
    if not all(count.strip().isdecimal() for count in counts) or len(counts) > outputs:
        detail = f"receivers: {receivers!r} is no list such as 4,4 for {outputs} output(s)"
        raise UnsupportedFeature(name, "load", detail)
    numbers = [int(count) for count in counts]
    if not 1 <= sum(numbers) <= MAX_RECEIVERS:
        raise UnsupportedFeature(name, "load", f"receivers: {sum(numbers)}, not 1..{MAX_RECEIVERS}")
    for port, number in enumerate(numbers):
        yield from ((port, index) for index in range(number))
