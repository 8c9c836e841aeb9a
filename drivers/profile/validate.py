"""Rules between several values of a profile: each fault by its code in `messages`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from drivers.profile.model import (
    RULES,
    AmplifierProfile,
    Bits,
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
from drivers.profile.template import TemplateError, build_frame, build_pattern, parse_group


class Fault(NamedTuple):
    """One fault: the key, the code of its message, the value at fault where the message has one."""

    key: str
    code: str
    got: str = ""


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
        yield Fault("model", "name_of_file", want)


def _find_in_line(profile: Profile) -> Iterator[Fault]:
    needs = profile.transport in ("modbus-rtu", "serial")
    if needs and profile.serial is None:
        yield Fault("serial", "needs_serial", profile.transport)
    if not needs and profile.serial is not None:
        yield Fault("serial", "no_serial", profile.transport)
    if profile.transport in ("modbus-rtu", "modbus-tcp") and profile.units is None:
        yield Fault("units", "needs_units")
    if profile.units and not profile.units.low <= profile.units.factory <= profile.units.high:
        yield Fault("units.factory", "factory_outside")


def _find_in_quality(profile: Profile) -> Iterator[Fault]:
    states: dict[str, str] = {rule.rule: rule.state for rule in profile.quality}
    if len(states) != len(profile.quality):
        yield Fault("quality", "rule_twice")
    for name in RULES:
        if name not in states:
            yield Fault("quality", "rule_missing", name)
    for index, rule in enumerate(profile.quality):
        if rule.state == "exempt" and not rule.reason:
            yield Fault(f"quality[{index}].reason", "needs_reason")
    proved: dict[str, set[str]] = {
        "none": set(),
        "peer": {"peer"},
        "hardware": {"peer", "hardware"},
    }
    for name in ("peer", "hardware"):
        allowed = name in proved[profile.verified_on]
        if states.get(name) == "done" and not allowed:
            yield Fault("verified_on", "not_proved", name)
    if profile.verified_on != "none" and states.get(profile.verified_on) == "exempt":
        yield Fault("quality", "proved_exempt", profile.verified_on)


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


def _find_in_relay(profile: RelayProfile) -> Iterator[Fault]:
    has = (profile.registers is not None, profile.commands is not None)
    if has != ((profile.transport != "serial"), (profile.transport == "serial")):
        part = "commands" if profile.transport == "serial" else "registers"
        yield Fault(part, f"needs_{part}", profile.transport)
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
        yield Fault(f"{key}.table", "read_only_table", bits.table)
    if is_word and (bits.on is None or bits.off is None or bits.on == bits.off):
        yield Fault(key, "needs_two_words")
    if not is_word and (bits.on is not None or bits.off is not None):
        yield Fault(key, "one_bit", bits.table)


def _find_in_read_back(profile: Profile, *, readable: bool) -> Iterator[Fault]:
    state = next((rule.state for rule in profile.quality if rule.rule == "read-back"), None)
    if state == "done" and not readable:
        yield Fault("quality", "cannot_read_back")
    if state == "exempt" and readable:
        yield Fault("quality", "can_read_back")


def _find_in_commands(commands: CommandTable, channels: int) -> Iterator[Fault]:
    values = {"unit": 1, "channel": commands.first_channel + channels - 1}
    yield from _find_in_command("commands.on", commands, commands.on, values)
    yield from _find_in_command("commands.off", commands, commands.off, values)
    if commands.query is not None:
        yield from _find_in_query("commands.query", commands, commands.query, values)
    if commands.volume is not None:
        volume = commands.volume
        if volume.low >= volume.high:
            yield Fault("commands.volume.low", "not_below_high")
        loud = {**values, "volume": volume.high}
        yield from _find_in_command("commands.volume.set", commands, volume.set, loud)
        if volume.query is not None:
            yield from _find_in_volume("commands.volume.query", commands, volume.query, values)


def _find_in_command(
    key: str, commands: CommandTable, command: CommandSpec, values: dict[str, int]
) -> Iterator[Fault]:
    try:
        build_frame(commands.form, command.send, values)
    except TemplateError as error:
        yield Fault(f"{key}.send", error.code, error.got)
    if (command.answer is None) != (command.example is None):
        yield Fault(key, "answer_with_example")
    if command.answer is not None and command.example is not None:
        found = _search(commands, command.answer, command.example, values)
        if isinstance(found, TemplateError):
            yield Fault(f"{key}.answer", found.code, found.got)


def _find_in_query(
    key: str, commands: CommandTable, query: Query, values: dict[str, int]
) -> Iterator[Fault]:
    yield from _find_in_command(key, commands, CommandSpec(send=query.send), values)
    for name, example, want in (
        ("example_on", query.example_on, query.on),
        ("example_off", query.example_off, query.off),
    ):
        found = _search(commands, query.answer, example, values)
        if isinstance(found, TemplateError):
            yield Fault(f"{key}.{name}", found.code, found.got)
        elif "state" not in found.re.groupindex:
            yield Fault(f"{key}.answer", "no_state")
        elif (state := parse_group(commands.form, found, "state")) != want:
            yield Fault(f"{key}.{name}", "other_state", state)


def _find_in_volume(
    key: str, commands: CommandTable, query: VolumeQuery, values: dict[str, int]
) -> Iterator[Fault]:
    yield from _find_in_command(key, commands, CommandSpec(send=query.send), values)
    found = _search(commands, query.answer, query.example, values)
    if isinstance(found, TemplateError):
        yield Fault(f"{key}.example", found.code, found.got)
    elif found.re.groupindex.get("volume") is None:
        yield Fault(f"{key}.answer", "no_volume")
    elif not found["volume"].isdigit() or int(found["volume"]) != query.example_volume:
        yield Fault(f"{key}.example_volume", "other_volume", found["volume"].decode("latin-1"))


def _search(
    commands: CommandTable, answer: str, example: str, values: dict[str, int]
) -> re.Match[bytes] | TemplateError:
    """The match of the example, or the fault."""
    try:
        pattern = build_pattern(commands.form, answer, values)
        found = pattern.search(build_frame(commands.form, example, values))
    except TemplateError as error:
        return error
    return found or TemplateError("no_match")


def _find_in_chip(profile: MeterProfile | SensorProfile) -> Iterator[Fault]:
    chip = profile.chip if isinstance(profile, SensorProfile) else None
    if (profile.transport == "hwmon") != (chip is not None):
        yield Fault("chip", "chip_with_hwmon")


def _find_in_reading(transport: str, key: str, reading: ReadingSpec) -> Iterator[Fault]:
    is_modbus = transport != "hwmon"
    for name in ("table", "address", "low", "high"):
        if is_modbus != (getattr(reading, name) is not None):
            yield Fault(f"{key}.{name}", "reading_missing" if is_modbus else "kernel_knows")
    if is_modbus == (reading.channel is not None):
        yield Fault(f"{key}.channel", "hwmon_only" if is_modbus else "reading_missing")
    if reading.low is not None and reading.high is not None and reading.low >= reading.high:
        yield Fault(f"{key}.low", "not_below_high")
