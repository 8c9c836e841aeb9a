"""The uses of a profile's device in the settings, and the keys of each use.

Nothing is opened for this. The check of station.yaml and the loading of the driver use the same
list.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.profile.model import (
    AmplifierProfile,
    BoardProfile,
    ColorLightSpec,
    ControlSpec,
    MeterProfile,
    PixelNetSpec,
    Profile,
    RelayProfile,
    SensorProfile,
    SinkSpec,
)
from drivers.profile.setting import OF_KERNEL, Setting, Use
from drivers.profile.template import has_field

_BOARD_PATHS = {
    "kms": "/dev/dri/by-path/…-card",
    "raw-ethernet": "eth1",
    "udp": "192.168.0.50",
    "tcp": "192.168.0.50",
    "modbus-rtu": "/dev/serial/by-path/… or tcp://192.168.1.200:502",
    "modbus-tcp": "tcp://192.168.1.200:502",
}


def list_uses(profile: Profile) -> frozenset[Use]:
    """The uses of the device in the settings."""
    match profile:
        case RelayProfile():
            return frozenset({"switch", "input"} if profile.inputs else {"switch"})
        case AmplifierProfile():
            return frozenset({"switch"})
        case MeterProfile() | SensorProfile():
            return frozenset({"sensor"})
        case BoardProfile(family="frame-sink" | "content-board"):
            return frozenset({"board"})
        case BoardProfile(family="control-plane"):
            return frozenset({"board-control"})
        case BoardProfile():
            return frozenset()  # unreachable: there is no other family


def list_settings(profile: Profile, use: Use) -> tuple[Setting, ...]:
    """The keys that this use of the device accepts."""
    return (*_list_line(profile), *_list_use(profile, use))


def _list_line(profile: Profile) -> Iterator[Setting]:
    if profile.transport in OF_KERNEL:
        yield Setting(name="port", type="text", form="1-0040")
        yield Setting(name="scale", type="number", default=1.0)
        return
    if isinstance(profile, BoardProfile) and profile.family != "control-plane":
        yield Setting(name="path", type="text", need=True, form=_BOARD_PATHS[profile.transport])
        if profile.units is not None:
            yield from _list_modbus(profile)
        return
    forms = {
        "serial": "/dev/serial/by-path/…",
        "tcp": "tcp://192.168.0.10:5200",
        "modbus-rtu": "/dev/serial/by-path/… or tcp://192.168.1.200:502",
        "modbus-tcp": "tcp://192.168.1.200:502",
    }
    form = forms[profile.transport]
    if isinstance(profile, BoardProfile) and profile.transport == "serial":
        form = f"{form} or {forms['tcp']}"  # models of one family differ by it
    yield Setting(name="port", type="text", need=True, form=form)
    yield from _list_modbus(profile)
    timeout_ms = profile.timings.timeout_ms
    yield Setting(name="timeout_ms", type="integer", default=timeout_ms, low=10, high=10_000)


def _list_modbus(profile: Profile) -> Iterator[Setting]:
    """Address and framing, where the device has any."""
    if profile.units is not None:
        units = profile.units
        yield Setting(
            name="unit", type="integer", default=units.factory, low=units.low, high=units.high
        )
    if profile.serial is not None:
        line = profile.serial
        bauds = tuple(sorted({line.baud, *line.other_bauds}))
        parities = tuple(dict.fromkeys((line.parity, *line.other_parities)))
        yield Setting(name="baud", type="integer", default=line.baud, choices=bauds)
        yield Setting(name="parity", type="text", default=line.parity, choices=parities)


def _list_use(profile: Profile, use: Use) -> Iterator[Setting]:
    match profile:
        case RelayProfile() if use == "input" and profile.inputs is not None:
            last = profile.inputs.count - 1
            yield Setting(name="line", type="integer", need=True, low=0, high=last)
            yield Setting(name="active", type="text", default="high", choices=("high", "low"))
            yield Setting(name="debounce_ms", type="integer", default=50, low=0, high=10_000)
        case RelayProfile():
            yield _channel(profile.channels)
            yield Setting(name="inverted", type="boolean", default=False)
        case AmplifierProfile():
            templates = (profile.commands.on.send, profile.commands.off.send)
            is_used = any(has_field(text, "channel") for text in templates)
            yield _channel(profile.channels, is_used=is_used)
            volume = profile.commands.volume
            if volume is not None:
                yield Setting(name="volume", type="integer", low=volume.low, high=volume.high)
        case MeterProfile() | SensorProfile():
            measures = tuple(profile.readings)
            yield Setting(name="measures", type="text", need=True, choices=measures)
        case BoardProfile(sink=SinkSpec(colorlight=ColorLightSpec()) as sink):
            most_hz = sink.max_hz or 60.0
            yield Setting(name="rate_hz", type="number", default=most_hz, low=1, high=most_hz)
            yield Setting(name="receivers", type="integer", default=1, low=1, high=32)
        case BoardProfile(sink=SinkSpec(pixel_net=PixelNetSpec()) as sink):
            most_hz = sink.max_hz or 60.0
            yield Setting(name="rate_hz", type="number", default=most_hz, low=1, high=most_hz)
            yield Setting(name="source", type="text", default="", form="192.168.0.1")
        case BoardProfile(control=ControlSpec(inputs=inputs)):
            yield Setting(name="receivers", type="text", default="1", form="4,4")
            yield Setting(name="card", type="integer", default=0, low=0, high=7)
            if inputs:
                yield Setting(name="input", type="text", choices=tuple(inputs))


def _channel(channels: int, *, is_used: bool = True) -> Setting:
    need = is_used and channels > 1
    default = None if need else 0
    return Setting(
        name="coil", type="integer", need=need, default=default, low=0, high=channels - 1
    )
