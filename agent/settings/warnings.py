"""Legal but risky values, which a technician should confirm before leaving the site."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterator
from pathlib import Path

from agent.contract.input_kind import INPUT_KINDS
from agent.settings.file_warnings import find_file_risks, find_service
from agent.settings.found import Found
from agent.settings.model import (
    Input,
    Output,
    Policy,
    Sensor,
    Settings,
    SoundLevel,
    Switch,
    Zone,
)
from strict_yaml.node import Node, find_mark
from strict_yaml.validation_fault import HIDDEN, CodedText

SETTLE_SHORT_MS, SETTLE_LONG_MS = 150, 3000
DEBOUNCE_SHORT_MS = 10
KEEPALIVE_SHORT_S, KEEPALIVE_LONG_S = 30, 600
RETRY_LONG_S = 10.0  # the longest wait between two attempts is 300 times this
SPL_NEAR_M, SPL_FAR_M = 10, 30
SPL_WEAK_DBA = 100  # at 1 m: levelled speech on a horn of 30 W has 114
QUIET_LONG_MIN = 14 * 60
_UNSTABLE = re.compile(r"/dev/tty(?:USB|ACM)[0-9]+")
_EXAMPLE = re.compile(r"(?:.*\.)?example(?:\.[a-z]+)*")
_EASY = "01234567890123456789 98765432109876543210"

Key = tuple[str | int, ...]
Risk = tuple[Key, str, str, CodedText | None]


def find_risks(settings: Settings, tree: Node, path: Path) -> Iterator[Found]:
    """Warnings, unordered; `path` is the settings' own file."""
    risks = [
        *_find_in_broker(settings),
        *(risk for i, o in enumerate(settings.outputs) for risk in _find_in_output(o, i)),
        *_find_shared(settings),
        *(risk for i, one in enumerate(settings.inputs) for risk in _find_in_input(one, i)),
        *(risk for i, one in enumerate(settings.sensors) for risk in _find_in_sensor(one, i)),
        *_find_in_voices(settings),
        *_find_in_page(settings),
        *_find_in_policy(settings.policy),
        *find_file_risks(settings, path, ids=find_service()),
    ]
    if settings.media.allow_private:
        risks.append((("media", "allow_private"), "private_fetch", "true", None))
    for key, what, got, expected in risks:
        yield Found(find_mark(tree, key), _text(key), what, got, expected, severity="warning")


def _find_in_broker(settings: Settings) -> Iterator[Risk]:
    broker = settings.broker
    if _EXAMPLE.fullmatch(broker.host):
        yield ("broker", "host"), "example_left", broker.host, None
    if broker.port == 1883:
        yield ("broker", "port"), "plain_port", "1883", CodedText("rule", ("8883",))
    if broker.keepalive_s < KEEPALIVE_SHORT_S:
        expected = CodedText("at_least", (f"{KEEPALIVE_SHORT_S}",))
        yield ("broker", "keepalive_s"), "keepalive_short", f"{broker.keepalive_s}", expected
    if broker.keepalive_s > KEEPALIVE_LONG_S:
        expected = CodedText("at_most", (f"{KEEPALIVE_LONG_S}",))
        yield ("broker", "keepalive_s"), "keepalive_long", f"{broker.keepalive_s}", expected
    if broker.retry_base_s > RETRY_LONG_S:
        expected = CodedText("at_most", (f"{RETRY_LONG_S:g}",))
        yield ("broker", "retry_base_s"), "retry_long", f"{broker.retry_base_s:g}", expected


def _find_in_output(output: Output, index: int) -> Iterator[Risk]:
    at: Key = ("outputs", index)
    for k, zone in enumerate(output.zones):
        yield from _find_in_zone(zone, (*at, "zones", k))
    if output.board is not None and output.board.profile == "png":
        yield (*at, "board", "profile"), "no_true_board", "png", None


def _find_in_zone(zone: Zone, at: Key) -> Iterator[Risk]:
    if zone.spl is None:
        yield at, "not_calibrated", "", None
    else:
        yield from _find_in_calibration(zone.spl, (*at, "spl"))
    if zone.switch is None:
        yield at, "no_switch", "", None
        return
    yield from _find_in_device(zone.switch, (*at, "switch"))
    if zone.settle_ms < SETTLE_SHORT_MS:
        expected = CodedText("at_least", (str(SETTLE_SHORT_MS),))
        yield (*at, "settle_ms"), "settle_short", str(zone.settle_ms), expected
    if zone.settle_ms > SETTLE_LONG_MS:
        expected = CodedText("at_most", (str(SETTLE_LONG_MS),))
        yield (*at, "settle_ms"), "settle_long", str(zone.settle_ms), expected
    if zone.tail_ms == 0:
        yield (*at, "tail_ms"), "tail_none", "0", CodedText("at_least", ("200",))


def _find_in_calibration(spl: SoundLevel, at: Key) -> Iterator[Risk]:
    if not SPL_NEAR_M <= spl.distance_m <= SPL_FAR_M:
        expected = CodedText("rule", (f"{SPL_NEAR_M}–{SPL_FAR_M} m",))
        yield (*at, "distance_m"), "spl_distance", f"{spl.distance_m:g}", expected
    at_1_m_dba = spl.dba + 20 * math.log10(spl.distance_m) - spl.at_gain_db
    if at_1_m_dba < SPL_WEAK_DBA:
        expected = CodedText("at_least", (f"{SPL_WEAK_DBA}",))
        yield (*at, "dba"), "spl_weak", f"{at_1_m_dba:.0f}", expected


def _find_in_device(device: Switch | Input | Sensor, at: Key) -> Iterator[Risk]:
    if device.profile.startswith("sim-"):
        yield (*at, "profile"), "simulated", device.profile, None
    if device.port is not None and _UNSTABLE.fullmatch(device.port):
        expected = CodedText("rule", ("/dev/serial/by-id/…",))
        yield (*at, "port"), "port_unstable", device.port, expected


def _find_shared(settings: Settings) -> Iterator[Risk]:
    """One sound card for two outputs; two kinds of device at one address of one line."""
    seen: list[tuple[str, str | None]] = []
    for at, name, port in _sound_cards(settings):
        if any(
            name == other and (port == at_port or None in (port, at_port))
            for other, at_port in seen
        ):
            yield at, "device_twice", name, None
        seen.append((name, port))
    profiles: dict[tuple[str, int], str] = {}
    for at, one in _devices(settings):
        if one.port is None or one.unit is None:
            continue
        first = profiles.setdefault((one.port, one.unit), one.profile)
        if first != one.profile:
            yield (*at, "unit"), "unit_twice", f"{one.unit}: {first}, {one.profile}", None


def _sound_cards(settings: Settings) -> Iterator[tuple[Key, str, str | None]]:
    """Where each card stands, its name and its socket; the first cards of all outputs first."""
    with_audio = [(i, one.audio) for i, one in enumerate(settings.outputs) if one.audio is not None]
    for i, audio in with_audio:
        yield ("outputs", i, "audio", "device"), audio.device, audio.port
    for i, audio in with_audio:
        for k, card in enumerate(audio.fallbacks):
            yield ("outputs", i, "audio", "fallbacks", k, "device"), card.device, card.port


def _devices(settings: Settings) -> Iterator[tuple[Key, Switch | Input | Sensor]]:
    for i, output in enumerate(settings.outputs):
        for k, zone in enumerate(output.zones):
            if zone.switch is not None:
                yield ("outputs", i, "zones", k, "switch"), zone.switch
    for i, contact in enumerate(settings.inputs):
        yield ("inputs", i), contact
    for i, sensor in enumerate(settings.sensors):
        yield ("sensors", i), sensor


def _find_in_input(contact: Input, index: int) -> Iterator[Risk]:
    at: Key = ("inputs", index)
    yield from _find_in_device(contact, at)
    if contact.starts is not None and INPUT_KINDS[contact.kind].action != "start_alarm":
        expected = CodedText("rule", ("kind: emergency-key",))
        yield (*at, "starts"), "starts_unused", contact.starts, expected
    if contact.speaks is not None and not INPUT_KINDS[contact.kind].is_held:
        expected = CodedText("rule", ("kind: microphone-key",))
        yield (*at, "speaks"), "speaks_unused", contact.speaks, expected
    if contact.kind == "lockout" and not _shows_cut_wire(contact):
        is_pin = contact.profile == "gpio"
        rule = "active: high, options: {bias: pull-up}" if is_pin else "active: low"
        yield (*at, "active"), "lockout_cut_wire", contact.active, CodedText("rule", (rule,))
    if contact.debounce_ms < DEBOUNCE_SHORT_MS:
        expected = CodedText("at_least", (str(DEBOUNCE_SHORT_MS),))
        yield (*at, "debounce_ms"), "debounce_short", str(contact.debounce_ms), expected


def _shows_cut_wire(contact: Input) -> bool:
    """Does a wire that is cut read as active? A pin is pulled up, a module's input falls to 0."""
    if contact.profile.startswith("sim-"):
        return True
    if contact.profile != "gpio":
        return contact.active == "low"
    bias = contact.options.get("bias")
    return (contact.active, bias) in (("high", "pull-up"), ("low", "pull-down"))


def _find_in_voices(settings: Settings) -> Iterator[Risk]:
    """Voice inputs that no key opens."""
    names = [one.name for one in settings.voice_inputs]
    keys = [one for one in settings.inputs if INPUT_KINDS[one.kind].is_held]
    opened = {one.speaks or names[0] for one in keys if names}
    for i, name in enumerate(names):
        if name not in opened:
            expected = CodedText("rule", (f"speaks: {name}",))
            yield ("voice_inputs", i, "name"), "voice_unused", name, expected


def _find_in_sensor(sensor: Sensor, index: int) -> Iterator[Risk]:
    at: Key = ("sensors", index)
    yield from _find_in_device(sensor, at)
    if sensor.low is None and sensor.high is None:
        yield at, "no_limits", "", None


def _find_in_page(settings: Settings) -> Iterator[Risk]:
    page = settings.page
    if page is None:
        yield (), "no_page", "", CodedText("rule", ("page: {}",))
        return
    if page.pin is None:
        yield ("page",), "no_pin", "", None
    elif page.pin in _EASY or len(set(page.pin)) < 3:
        yield ("page", "pin"), "pin_easy", HIDDEN, None
    if page.listen is not None:
        host = page.listen.rpartition(":")[0].strip("[]")
        address = ipaddress.ip_address(host)
        if not address.is_private:
            yield ("page", "listen"), "page_public", page.listen, None


def _find_in_policy(policy: Policy | None) -> Iterator[Risk]:
    windows = policy.quiet_hours if policy is not None else []
    if not windows:
        key: Key = ("policy", "quiet_hours") if policy is not None else ()
        yield (
            key,
            "no_quiet_hours",
            "",
            CodedText("rule", ('policy: {quiet_hours: ["21:00-05:00"]}',)),
        )
        return
    quiet: set[int] = set()
    for window in windows:
        begin, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in window.split("-"))
        span = range(begin, end if end > begin else end + 1440)
        quiet.update(minute % 1440 for minute in span)
    if len(quiet) > QUIET_LONG_MIN:
        key = ("policy", "quiet_hours")
        yield key, "quiet_by_day", f"{len(quiet) / 60:g} h", None


def _text(key: Key) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")
