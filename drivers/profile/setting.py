"""The settings of a device as data, and the faults of given values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from drivers.profile.endpoint import SerialEndpoint, parse_endpoint

Use = Literal["switch", "input", "sensor", "board", "board-control", "video-input"]
Type = Literal["text", "integer", "number", "boolean"]
OF_KERNEL = ("hwmon", "iio")  # transports of chips that the kernel drives
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
        need: is it required?
        default: its value when it is not given.
        low: the lowest allowed number.
        high: the highest allowed number.
        choices: the allowed values; empty for any.
        form: an example of the expected text.
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
    """A fault: its key, its code (those of the settings), the given and the expected value."""

    name: str
    code: FaultCode
    got: str = ""
    expected: str = ""

    def __str__(self) -> str:
        got = f" {self.got!r}" if self.got else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{self.code} {self.name}{got}{expected}"


def find_setting_faults(
    settings: tuple[Setting, ...], given: Mapping[str, Any]
) -> list[SettingFault]:
    """The faults of the given keys; None counts as not given."""
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


def _unknown(name: str, known: Mapping[str, Setting]) -> SettingFault:
    import difflib  # only for a wrong name

    near = difflib.get_close_matches(name, known, n=1)
    return SettingFault(name, "unknown_key", expected=near[0] if near else ", ".join(sorted(known)))


def _find_in_known(
    known: Mapping[str, Setting], given: Mapping[str, Any]
) -> Iterator[SettingFault]:
    for name, setting in known.items():
        if name not in given:
            if setting.need:
                yield SettingFault(name, "missing_key", expected=_describe_expected(setting))
        elif not _fits(setting, given[name]):
            yield SettingFault(name, "bad_value", str(given[name]), _describe_expected(setting))


def _fits(setting: Setting, value: Any) -> bool:
    is_type = type(value) in _PYTHON[setting.type]
    if not is_type:  # exact type: true is not 1 here
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


def _describe_expected(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(map(str, setting.choices))
    if setting.low is not None:
        return f"{setting.low}..{setting.high}"
    return setting.form or setting.type
