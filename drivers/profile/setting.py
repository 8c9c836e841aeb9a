"""Which settings a device of a profile takes, for each use: known without opening anything.

The same list serves the check of station.yaml and the loading of the driver.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from drivers.profile.endpoint import SerialEndpoint, parse_endpoint
from drivers.profile.model import Amplifier, Meter, Profile, Relay, Sensor
from drivers.profile.template import has_field

Use = Literal["switch", "input", "sensor"]
Type = Literal["text", "integer", "number", "boolean"]
FaultCode = Literal["unknown_key", "missing_key", "bad_value"]
_PYTHON: dict[Type, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One key: in the settings' own struct (`port`, `unit`, …) or below its `options`.

    Args:
        name: the key.
        type: of its value.
        need: must it be given?
        default: what holds when it is not given.
        low: the least number allowed.
        high: the greatest number allowed.
        choices: the only values allowed; empty for any.
        form: an example of the text wanted.
    """

    name: str
    type: Type
    need: bool = False
    default: bool | float | str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[float | str, ...] = ()
    form: str = ""


@dataclass(frozen=True)
class SettingFault:
    """A key, what is wrong (the codes of the settings' own faults), what stands, what is wanted."""

    name: str
    code: FaultCode
    got: str = ""
    want: str = ""

    def __str__(self) -> str:
        got = f" {self.got!r}" if self.got else ""
        want = f"; expected {self.want}" if self.want else ""
        return f"{self.code} {self.name}{got}{want}"


def list_uses(profile: Profile) -> frozenset[Use]:
    """What the device can be in the settings."""
    match profile:
        case Relay():
            return frozenset({"switch", "input"} if profile.inputs else {"switch"})
        case Amplifier():
            return frozenset({"switch"})
        case Meter() | Sensor():
            return frozenset({"sensor"})


def list_settings(profile: Profile, use: Use) -> tuple[Setting, ...]:
    """The keys that this use of the device takes."""
    return (*_list_line(profile), *_list_use(profile, use))


def find_setting_faults(
    settings: tuple[Setting, ...], given: Mapping[str, Any]
) -> list[SettingFault]:
    """What is wrong with the given keys; a value that is None counts as not given."""
    given = {name: value for name, value in given.items() if value is not None}
    known = {setting.name: setting for setting in settings}
    return [
        *(_unknown(name, known) for name in given if name not in known),
        *_find_in_known(known, given),
    ]


def fill_settings(settings: tuple[Setting, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values, and the defaults of all others."""
    values = {setting.name: setting.default for setting in settings}
    return {**values, **{name: value for name, value in given.items() if value is not None}}


def _list_line(profile: Profile) -> Iterator[Setting]:
    if profile.transport == "hwmon":
        yield Setting(name="port", type="text", form="1-0040")
        yield Setting(name="scale", type="number", default=1.0)
        return
    forms = {
        "serial": "/dev/serial/by-path/…",
        "modbus-rtu": "/dev/serial/by-path/… or tcp://192.168.1.200:502",
        "modbus-tcp": "tcp://192.168.1.200:502",
    }
    yield Setting(name="port", type="text", need=True, form=forms[profile.transport])
    if profile.units is not None:
        units = profile.units
        yield Setting(
            name="unit", type="integer", default=units.factory, low=units.low, high=units.high
        )
    if profile.serial is not None:
        line = profile.serial
        bauds = tuple(sorted({line.baud, *line.other_bauds}))
        yield Setting(name="baud", type="integer", default=line.baud, choices=bauds)
    timeout_ms = profile.timings.timeout_ms
    yield Setting(name="timeout_ms", type="integer", default=timeout_ms, low=10, high=10_000)


def _list_use(profile: Profile, use: Use) -> Iterator[Setting]:
    match profile:
        case Relay() if use == "input" and profile.inputs is not None:
            last = profile.inputs.count - 1
            yield Setting(name="line", type="integer", need=True, low=0, high=last)
            yield Setting(name="active", type="text", default="high", choices=("high", "low"))
            yield Setting(name="debounce_ms", type="integer", default=50, low=0, high=10_000)
        case Relay():
            yield _channel(profile.channels)
            yield Setting(name="inverted", type="boolean", default=False)
        case Amplifier():
            templates = (profile.commands.on.send, profile.commands.off.send)
            is_used = any(has_field(text, "channel") for text in templates)
            yield _channel(profile.channels, is_used=is_used)
            volume = profile.commands.volume
            if volume is not None:
                yield Setting(name="volume", type="integer", low=volume.low, high=volume.high)
        case Meter() | Sensor():
            measures = tuple(profile.readings)
            yield Setting(name="measures", type="text", need=True, choices=measures)


def _channel(channels: int, *, is_used: bool = True) -> Setting:
    need = is_used and channels > 1
    default = None if need else 0
    return Setting(
        name="coil", type="integer", need=need, default=default, low=0, high=channels - 1
    )


def _unknown(name: str, known: Mapping[str, Setting]) -> SettingFault:
    near = difflib.get_close_matches(name, known, n=1)
    return SettingFault(name, "unknown_key", want=near[0] if near else ", ".join(sorted(known)))


def _find_in_known(
    known: Mapping[str, Setting], given: Mapping[str, Any]
) -> Iterator[SettingFault]:
    for name, setting in known.items():
        if name not in given:
            if setting.need:
                yield SettingFault(name, "missing_key", want=_want(setting))
        elif not _fits(setting, given[name]):
            yield SettingFault(name, "bad_value", str(given[name]), _want(setting))


def _fits(setting: Setting, value: Any) -> bool:
    is_type = type(value) in _PYTHON[setting.type]
    if not is_type:  # exactly: true is no 1 here
        return False
    if setting.choices and value not in setting.choices:
        return False
    if setting.type in ("integer", "number"):
        low, high = setting.low, setting.high
        return (low is None or value >= low) and (high is None or value <= high)
    return setting.name != "port" or _fits_port(setting.form, str(value))


def _fits_port(form: str, text: str) -> bool:
    if not form.startswith(("/dev", "tcp")):
        return True
    try:
        endpoint = parse_endpoint(text)
    except ValueError:
        return False
    return form.startswith("/dev") if isinstance(endpoint, SerialEndpoint) else "tcp://" in form


def _want(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(map(str, setting.choices))
    if setting.low is not None:
        return f"{setting.low}..{setting.high}"
    return setting.form or setting.type
