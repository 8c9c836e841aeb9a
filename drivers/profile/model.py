"""The model of files in `firmware-profiles/`, as frozen structs, one a kind of device.

Addresses are those on the wire, from 0. They and other numbers of the wire may be written as
0x0100, quantities as 2.5e-6.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from drivers.control_plane import Feature
from drivers.interface import Measure
from strict_yaml.scalar import TECHNICAL

# the quality rules of each profile: done, or exempt with a reason
RULES = ("source", "limits", "timings", "read-back", "peer", "hardware")

Word = Annotated[int, Meta(ge=0, le=0xFFFF, extra=TECHNICAL)]
Register = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF, extra=TECHNICAL)]
Byte = Annotated[int, Meta(ge=0, le=0xFF, extra=TECHNICAL)]
Number = Annotated[float, Meta(extra=TECHNICAL)]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Baud = Annotated[int, Meta(ge=300, le=4_000_000)]
Parity = Literal["none", "even", "odd"]


class _ProfilePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all structs: frozen, keyword arguments, no unknown key."""


class Serial(_ProfilePart, frozen=True, kw_only=True):
    """The factory's line settings, and the other values that the device supports."""

    baud: Baud
    bits: Literal[7, 8] = 8
    parity: Parity = "none"
    stop_bits: Literal[1, 2] = 1
    other_bauds: list[Baud] = []
    other_parities: list[Parity] = []


class Units(_ProfilePart, frozen=True, kw_only=True):
    """The addresses of devices on one bus: Modbus unit, number of a controller."""

    low: Byte
    high: Byte
    factory: Byte


class Timings(_ProfilePart, frozen=True, kw_only=True):
    """The timings of the device; `timeout_ms` is the longest time until its answer.

    `gap_ms` is the pause between two frames, `ready_ms` that between power on and the next command,
    `sound_ms` how long its own signal processing delays the sound.
    """

    timeout_ms: Annotated[int, Meta(ge=10, le=10_000)]
    gap_ms: Annotated[int, Meta(ge=0, le=2_000)] = 0
    ready_ms: Annotated[int, Meta(ge=0, le=30_000)] = 0
    sound_ms: Annotated[int, Meta(ge=0, le=100)] = 0
    tries: Annotated[int, Meta(ge=1, le=5)] = 2


class Rule(_ProfilePart, frozen=True, kw_only=True):
    """One quality rule: done, or exempt with a reason."""

    rule: Literal["source", "limits", "timings", "read-back", "peer", "hardware"]
    state: Literal["done", "exempt"]
    reason: str = ""


class Bits(_ProfilePart, frozen=True, kw_only=True):
    """The addresses of channels: channel n is at `first` + n. Words need values of `on`, `off`."""

    table: Literal["coil", "discrete", "holding", "input"]
    first: Word = 0
    on: Word | None = None
    off: Word | None = None


class Registers(_ProfilePart, frozen=True, kw_only=True):
    """The registers with which a Modbus relay is switched and, with `read`, read back."""

    write: Bits
    read: Bits | None = None


class CommandSpec(_ProfilePart, frozen=True, kw_only=True):
    """The command that is sent, the pattern of the answer, and an example from the manual.

    Fields: {unit}, {channel}, {volume}, in hex also {sum8}, the low byte of the sum of all before.
    `answer` is a regular expression (text) or bytes with `..` for any (hex), searched in the
    received bytes; without it the device does not answer.
    """

    send: Text
    answer: Text | None = None
    example: Text | None = None


class Query(_ProfilePart, frozen=True, kw_only=True):
    """A query of a state: the group `state` of the answer is one of the two values."""

    send: Text
    answer: Text
    on: Text
    off: Text
    example_on: Text
    example_off: Text


class VolumeQuery(_ProfilePart, frozen=True, kw_only=True):
    """A query of the volume: the group `volume` of the answer has its decimal digits."""

    send: Text
    answer: Text
    example: Text
    example_volume: int


class VolumeSteps(_ProfilePart, frozen=True, kw_only=True):
    """The volume in the device's own steps."""

    low: int
    high: int
    set: CommandSpec
    query: VolumeQuery | None = None


class CommandTable(_ProfilePart, frozen=True, kw_only=True):
    """The command table of a device on its own serial line. Each command can be repeated."""

    form: Literal["hex", "text"]
    on: CommandSpec
    off: CommandSpec
    query: Query | None = None
    volume: VolumeSteps | None = None
    first_channel: Byte = 0


class InputsSpec(_ProfilePart, frozen=True, kw_only=True):
    """Contacts of a relay board: input n is at `first` + n."""

    table: Literal["coil", "discrete"]
    first: Word = 0
    count: Annotated[int, Meta(ge=1, le=256)]


class ReadingSpec(_ProfilePart, frozen=True, kw_only=True):
    """One measured quantity: raw number * `scale` + `offset`, valid within `low`..`high`.

    Modbus: all fields; `word_order` is the order of the words of a long number. hwmon and iio:
    only `channel`, the kernel's file without `_input` or `_raw`; the kernel has units and limits.
    iio: `high` as well, the value at which the chip counts no further.
    """

    scale: Number = 1.0
    offset: Number = 0.0
    low: Number | None = None
    high: Number | None = None
    type: Literal["u16", "s16", "u32", "s32", "f32"] = "u16"
    table: Literal["holding", "input"] | None = None
    address: Word | None = None
    word_order: Literal["big", "little"] = "big"
    channel: str | None = None


class _Device(_ProfilePart, frozen=True, kw_only=True, tag_field="kind"):
    """The fields of every profile."""

    vendor: Text
    model: Text
    serial: Serial | None = None
    units: Units | None = None
    timings: Timings
    quirks: list[Text] = []
    source: Annotated[list[Text], Meta(min_length=1)]
    verified_on: Literal["none", "peer", "hardware"]
    quality: list[Rule]


class RelayProfile(_Device, frozen=True, kw_only=True, tag="relay"):
    """A board with relays: with `registers` on Modbus, with `commands` on its own serial line."""

    transport: Literal["modbus-rtu", "modbus-tcp", "serial"]
    channels: Annotated[int, Meta(ge=1, le=256)]
    registers: Registers | None = None
    commands: CommandTable | None = None
    inputs: InputsSpec | None = None


class AmplifierProfile(_Device, frozen=True, kw_only=True, tag="amplifier"):
    """An amplifier that is switched over its serial line, some with a volume control."""

    transport: Literal["serial"]
    channels: Annotated[int, Meta(ge=1, le=256)] = 1
    commands: CommandTable


class MeterProfile(_Device, frozen=True, kw_only=True, tag="meter"):
    """An energy meter on a Modbus bus."""

    transport: Literal["modbus-rtu", "modbus-tcp"]
    readings: Annotated[dict[Measure, ReadingSpec], Meta(min_length=1)]


class SensorProfile(_Device, frozen=True, kw_only=True, tag="sensor"):
    """A sensor on a Modbus bus, or a `chip` that a kernel driver exposes as hwmon or iio."""

    transport: Literal["modbus-rtu", "modbus-tcp", "hwmon", "iio"]
    readings: Annotated[dict[Measure, ReadingSpec], Meta(min_length=1)]
    chip: str | None = None


class BrightnessRange(_ProfilePart, frozen=True, kw_only=True):
    """The range that a wall of this kind may be dimmed to, in percent; the card accepts more."""

    low: Annotated[int, Meta(ge=0, le=100)] = 0
    high: Annotated[int, Meta(ge=1, le=100)] = 100


class ColorLightSpec(_ProfilePart, frozen=True, kw_only=True):
    """What differs between ColorLight's receiving cards, where reports contradict each other.

    Args:
        color_order: of a pixel's bytes; the card's own configuration decides.
        doubled_from: firmware from which brightness and show are sent twice.
        doubled_rows: send all rows twice as well.
        show_delay_ms: least time between the last row and show.
        dimmed_by: the card, or the pixels where the card's brightness does nothing.
        least_firmware: older cards are a fault.
        least_mbit: of the line.
    """

    color_order: Literal["rgb", "bgr"] = "rgb"
    doubled_from: Byte = 13
    doubled_rows: bool = False
    show_delay_ms: Annotated[float, Meta(ge=0, le=50)] = 5.0
    dimmed_by: Literal["card", "pixels"] = "card"
    least_firmware: Byte = 0
    least_mbit: Annotated[int, Meta(ge=10, le=10_000)] = 1000


class PixelNetSpec(_ProfilePart, frozen=True, kw_only=True):
    """How a pixel controller on the network maps its bytes to lamps.

    Args:
        color_order: of a pixel's bytes.
        serpentine: every second row of the picture runs from right to left.
        pixels_per_universe: 170 fill the 510 channels that whole pixels can have.
        first_universe: of the upper left pixel; the others follow one by one.
        row_begins_universe: each row begins with a universe of its own.
        sync_universe: E1.31's synchronization address; any other number than 0 sends ArtSync.
        priority: E1.31's; receivers obey the highest.
        data_type: DDP's; readers differ.
        answers: does the controller answer a question about its state (ArtPoll, DDP status)?
    """

    color_order: Literal["rgb", "rbg", "grb", "gbr", "brg", "bgr"] = "rgb"
    serpentine: bool = False
    pixels_per_universe: Annotated[int, Meta(ge=1, le=170)] = 170
    first_universe: Annotated[int, Meta(ge=0, le=63_999)] = 1
    row_begins_universe: bool = False
    sync_universe: Annotated[int, Meta(ge=0, le=63_999)] = 63_999
    priority: Annotated[int, Meta(ge=0, le=200)] = 100
    data_type: Byte = 0x0B
    answers: bool = False


class SinkSpec(_ProfilePart, frozen=True, kw_only=True):
    """A board that takes finished frames. `protocol` selects the driver.

    `max_px` is the largest picture, `max_hz` the highest rate of frames.
    """

    protocol: Text
    colorlight: ColorLightSpec | None = None
    pixel_net: PixelNetSpec | None = None
    max_px: Annotated[int, Meta(ge=1)] | None = None
    max_hz: Annotated[float, Meta(gt=0, le=240)] | None = None


class ControlSpec(_ProfilePart, frozen=True, kw_only=True):
    """A card that dims, blanks and watches a wall. `protocol` selects the driver.

    Args:
        protocol: the language of the card.
        models: its model numbers as read, such as "01 11", each with its name.
        outputs: Ethernet outputs for chains of receiving cards.
        inputs: name of each input → the value that selects it; empty with one input only.
        input_register: where the selected input stands.
        input_bits: name of each input → the bit that says that a signal arrives.
        input_signal: the value of such a bit with a signal; the makers' papers contradict.
        mode_register: of a processor that blanks and freezes by itself; else its receivers do.
        power_device: the kind of device behind which power outputs are addressed.
        features: operations of this model, beyond brightness.
        brightness: the allowed range.
        hot_c: the temperature that the receiving cards are made for, at most.
    """

    protocol: Literal["novastar"]
    models: Annotated[dict[str, Text], Meta(min_length=1)]
    outputs: Annotated[int, Meta(ge=1, le=16)]
    inputs: dict[str, Byte] = {}
    input_register: Register | None = None
    input_bits: dict[str, Annotated[int, Meta(ge=0, le=7)]] = {}
    input_signal: Literal[0, 1] = 1
    mode_register: Register | None = None
    power_device: Literal[0, 2] = 0
    features: list[Feature]
    brightness: BrightnessRange = BrightnessRange()
    hot_c: Annotated[float, Meta(ge=30, le=120)] = 70.0


class HuiduSpec(_ProfilePart, frozen=True, kw_only=True):
    """What differs between Huidu's full-colour cards, or what sources contradict each other in.

    Args:
        tcp_version: of the protocol that is asked for first; the maker's demo has 0x01000005.
        packet_bytes: longest packet; the maker's demo has 9216, others less.
        files: where pictures are kept; `memory` spares the flash, of at most 10 MB, and the sign
            is empty after a power cut.
        heartbeat: what a card that sends one gets; the maker's demo knows none.
        brightness: the allowed range; cards have no 0.
        known_passwords: of the cards' own Wi-Fi networks: the maker's, and those that every phone
            app tries first.
    """

    tcp_version: Register = 0x0100_0005
    packet_bytes: Annotated[int, Meta(ge=512, le=9216)] = 8000
    files: Literal["flash", "memory"] = "flash"
    heartbeat: Literal["answered", "ignored"] = "answered"
    brightness: BrightnessRange = BrightnessRange(low=1)
    known_passwords: list[Text] = []


class CharacterLine(_ProfilePart, frozen=True, kw_only=True):
    """A line of a sign: its first register, and how many characters it has."""

    first: Word
    chars: Annotated[int, Meta(ge=1, le=250)]


class DimmerRegister(_ProfilePart, frozen=True, kw_only=True):
    """The register of the brightness: `low` at 0 %, `high` at 100 %."""

    register: Word
    low: Word = 0
    high: Word


class ModbusTextSpec(_ProfilePart, frozen=True, kw_only=True):
    """The map of a sign with letters of its own: holding registers, written several at once.

    Args:
        lines: from the top.
        encoding: of its letters.
        per_register: characters in a register.
        first_char: where the first of two characters is.
        brightness: None where it has none.
    """

    lines: Annotated[list[CharacterLine], Meta(min_length=1, max_length=16)]
    encoding: Literal["ascii", "utf-8", "utf-16"] = "ascii"
    per_register: Literal[1, 2] = 2
    first_char: Literal["high", "low"] = "high"
    brightness: DimmerRegister | None = None


class ContentSpec(_ProfilePart, frozen=True, kw_only=True):
    """A board that stores what it shows. `protocol` selects the driver.

    `max_px` is the largest picture.
    """

    protocol: Text
    huidu: HuiduSpec | None = None
    modbus_text: ModbusTextSpec | None = None
    max_px: Annotated[int, Meta(ge=1)] | None = None


class BoardProfile(_Device, frozen=True, kw_only=True, tag="board"):
    """A board's controller: exactly the part that `family` names is present.

    A `frame-sink` takes frames, a `control-plane` dims and watches and takes none, a
    `content-board` takes programmes.
    """

    family: Literal["frame-sink", "control-plane", "content-board"]
    transport: Literal["kms", "raw-ethernet", "udp", "tcp", "serial", "modbus-rtu", "modbus-tcp"]
    sink: SinkSpec | None = None
    control: ControlSpec | None = None
    content: ContentSpec | None = None


Profile = RelayProfile | AmplifierProfile | MeterProfile | SensorProfile | BoardProfile
