"""Rules between several values of a profile: each fault as (key, what to do)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drivers.profile.model import (
    RULES,
    AmplifierProfile,
    Bits,
    BoardProfile,
    CommandSpec,
    CommandTable,
    MeterProfile,
    Profile,
    Query,
    ReadingSpec,
    RelayProfile,
    SensorProfile,
    VolumeQuery,
)
from drivers.profile.setting import OF_KERNEL
from drivers.profile.template import build_frame, build_pattern, parse_group
from drivers.profile.validate_board import find_in_board

Fault = tuple[str, str]


def find_faults(profile: Profile, stem: str) -> list[Fault]:
    """All faults of a well-formed profile whose file is called `<stem>.yaml`."""
    return [
        *_find_in_name(profile, stem),
        *_find_in_line(profile),
        *_find_in_quality(profile),
        *_find_in_family(profile),
    ]


def _find_in_name(profile: Profile, stem: str) -> Iterator[Fault]:
    want = re.sub(r"[^a-z0-9]+", "-", f"{profile.vendor} {profile.model}".lower()).strip("-")
    if stem != want:
        yield "model", f"vendor and model give the file name {want}.yaml: rename the file or these"


def _find_in_line(profile: Profile) -> Iterator[Fault]:
    needs = profile.transport in ("modbus-rtu", "serial")
    if needs and profile.serial is None:
        yield "serial", f"missing: {profile.transport} needs the line's baud"
    if not needs and profile.serial is not None:
        yield "serial", f"remove it: {profile.transport} has no serial line"
    if profile.transport in ("modbus-rtu", "modbus-tcp") and profile.units is None:
        yield "units", "missing: which addresses can the device have?"
    if profile.units and not profile.units.low <= profile.units.factory <= profile.units.high:
        yield "units.factory", "outside low..high"


def _find_in_quality(profile: Profile) -> Iterator[Fault]:
    states: dict[str, str] = {rule.rule: rule.state for rule in profile.quality}
    if len(states) != len(profile.quality):
        yield "quality", "a rule stands here twice"
    for name in RULES:
        if name not in states:
            yield "quality", f"rule {name!r} is missing: say done, or exempt with a reason"
    for index, rule in enumerate(profile.quality):
        if rule.state == "exempt" and not rule.reason:
            yield f"quality[{index}].reason", "missing: why exempt?"
    proved: dict[str, set[str]] = {
        "none": set(),
        "peer": {"peer"},
        "hardware": {"peer", "hardware"},
    }
    for name in ("peer", "hardware"):
        allowed = name in proved[profile.verified_on]
        if states.get(name) == "done" and not allowed:
            yield "verified_on", f"quality says {name}: done, so this cannot be none"
    if profile.verified_on != "none" and states.get(profile.verified_on) == "exempt":
        yield "quality", f"verified_on says {profile.verified_on}: that rule is then done"


def _find_in_family(profile: Profile) -> Iterator[Fault]:
    match profile:
        case RelayProfile():
            yield from _find_in_relay(profile)
        case AmplifierProfile():
            yield from _find_in_commands(profile.commands, profile.channels)
            yield from _find_in_read_back(profile, readable=profile.commands.query is not None)
        case MeterProfile() | SensorProfile():
            for measure, reading in profile.readings.items():
                yield from _find_in_reading(profile.transport, f"readings.{measure}", reading)
            yield from _find_in_chip(profile)
            yield from _find_in_read_back(profile, readable=True)
        case BoardProfile():
            yield from find_in_board(profile)


def _find_in_relay(profile: RelayProfile) -> Iterator[Fault]:
    has = (profile.registers is not None, profile.commands is not None)
    if has != ((profile.transport != "serial"), (profile.transport == "serial")):
        part = "commands" if profile.transport == "serial" else "registers"
        yield part, f"transport {profile.transport} needs {part}, and nothing else of the two"
    if profile.registers is not None:
        yield from _find_in_bits("registers.write", profile.registers.write, writable=True)
        if profile.registers.read is not None:
            yield from _find_in_bits("registers.read", profile.registers.read, writable=False)
        yield from _find_in_read_back(profile, readable=profile.registers.read is not None)
    if profile.commands is not None:
        yield from _find_in_commands(profile.commands, profile.channels)
        yield from _find_in_read_back(profile, readable=profile.commands.query is not None)


def _find_in_bits(key: str, bits: Bits, *, writable: bool) -> Iterator[Fault]:
    is_word = bits.table in ("holding", "input")
    if writable and bits.table in ("discrete", "input"):
        yield f"{key}.table", f"{bits.table} can only be read: coil or holding"
    if is_word and (bits.on is None or bits.off is None or bits.on == bits.off):
        yield key, "a register needs two different numbers: on and off"
    if not is_word and (bits.on is not None or bits.off is not None):
        yield key, f"remove on and off: a {bits.table} is one bit"


def _find_in_read_back(profile: Profile, *, readable: bool) -> Iterator[Fault]:
    state = next((rule.state for rule in profile.quality if rule.rule == "read-back"), None)
    if state == "done" and not readable:
        yield "quality", "read-back: done, but nothing says how to read: exempt, and why"
    if state == "exempt" and readable:
        yield "quality", "read-back: exempt, but it can be read: done"


def _find_in_commands(commands: CommandTable, channels: int) -> Iterator[Fault]:
    values = {"unit": 1, "channel": commands.first_channel + channels - 1}
    yield from _find_in_command("commands.on", commands, commands.on, values)
    yield from _find_in_command("commands.off", commands, commands.off, values)
    if commands.query is not None:
        yield from _find_in_query("commands.query", commands, commands.query, values)
    if commands.volume is not None:
        volume = commands.volume
        if volume.low >= volume.high:
            yield "commands.volume.low", "not below high"
        loud = {**values, "volume": volume.high}
        yield from _find_in_command("commands.volume.set", commands, volume.set, loud)
        if volume.query is not None:
            yield from _find_in_volume("commands.volume.query", commands, volume.query, values)


def _find_in_command(
    key: str, commands: CommandTable, command: CommandSpec, values: dict[str, int]
) -> Iterator[Fault]:
    try:
        build_frame(commands.form, command.send, values)
    except ValueError as error:
        yield f"{key}.send", str(error)
    if (command.answer is None) != (command.example is None):
        yield key, "answer and example come together: an answer as the manual shows it"
    if command.answer is not None and command.example is not None:
        found = _search(commands, command.answer, command.example, values)
        if isinstance(found, str):
            yield f"{key}.answer", found


def _find_in_query(
    key: str, commands: CommandTable, query: Query, values: dict[str, int]
) -> Iterator[Fault]:
    yield from _find_in_command(key, commands, CommandSpec(send=query.send), values)
    for name, example, want in (
        ("example_on", query.example_on, query.on),
        ("example_off", query.example_off, query.off),
    ):
        found = _search(commands, query.answer, example, values)
        if isinstance(found, str):
            yield f"{key}.{name}", found
        elif "state" not in found.re.groupindex:
            yield f"{key}.answer", "has no group named state: (?P<state>…), in hex {state}"
        elif parse_group(commands.form, found, "state") != want:
            yield f"{key}.{name}", f"its state is {parse_group(commands.form, found, 'state')!r}"


def _find_in_volume(
    key: str, commands: CommandTable, query: VolumeQuery, values: dict[str, int]
) -> Iterator[Fault]:
    yield from _find_in_command(key, commands, CommandSpec(send=query.send), values)
    found = _search(commands, query.answer, query.example, values)
    if isinstance(found, str):
        yield f"{key}.example", found
    elif found.re.groupindex.get("volume") is None:
        yield f"{key}.answer", r"has no group named volume: (?P<volume>\d+)"
    elif not found["volume"].isdigit() or int(found["volume"]) != query.example_volume:
        yield f"{key}.example_volume", f"the example says {found['volume'].decode('latin-1')}"


def _search(
    commands: CommandTable, answer: str, example: str, values: dict[str, int]
) -> re.Match[bytes] | str:
    """The match of the example, or the fault."""
    try:
        pattern = build_pattern(commands.form, answer, values)
        found = pattern.search(build_frame(commands.form, example, values))
    except ValueError as error:
        return str(error)
    return found or "does not match its own example"


def _find_in_chip(profile: MeterProfile | SensorProfile) -> Iterator[Fault]:
    chip = profile.chip if isinstance(profile, SensorProfile) else None
    if (profile.transport in OF_KERNEL) != (chip is not None):
        yield "chip", "the kernel's name of the chip: with transport hwmon or iio, and only there"


def _find_in_reading(transport: str, key: str, reading: ReadingSpec) -> Iterator[Fault]:
    is_modbus = transport not in OF_KERNEL
    for name in ("table", "address", "low", "high"):
        if name == "high" and transport == "iio":
            continue  # where the chip counts no further: no driver of the kernel says so
        if is_modbus != (getattr(reading, name) is not None):
            yield f"{key}.{name}", "missing" if is_modbus else "remove it: the kernel knows"
    if is_modbus == (reading.channel is not None):
        yield f"{key}.channel", "remove it: only for hwmon and iio" if is_modbus else "missing"
    if reading.low is not None and reading.high is not None and reading.low >= reading.high:
        yield f"{key}.low", "not below high"
