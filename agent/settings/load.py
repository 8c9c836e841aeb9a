"""Load station.yaml into frozen `Settings`, or list all its faults, for agent and `check` alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from agent.errors import ConfigError, YamlFaults
from agent.settings.cross_checks import find_clashes
from agent.settings.driver_checks import find_drivers
from agent.settings.file_checks import find_files
from agent.settings.found import Found
from agent.settings.model import Settings
from strict_yaml.loader import load_yaml
from strict_yaml.node import Items, Mark, Node, Pairs, Scalar, find_mark
from strict_yaml.tree import MAX_BYTES
from strict_yaml.validation_fault import CodedText, ValidationFault, sort_faults


@dataclass(frozen=True)
class SettingsReport:
    """The result of validation: settings without faults, or faults and perhaps the tree."""

    source: str
    text: str
    settings: Settings | None
    tree: Node | None
    faults: list[ValidationFault]

    def refused(self, key: str, error: ConfigError) -> SettingsReport:
        """Add a fault that the agent found when it opened the file of a key."""
        mark = find_mark(self.tree, tuple(key.split("."))) if self.tree else Mark(0, 0)
        found = Found(mark, key, error.code, error.hint, CodedText("file_of_centre"))
        return replace(
            self, settings=None, faults=sort_faults([*self.faults, found.at(self.source)])
        )


def validate_settings(path: Path) -> SettingsReport:
    """Read station.yaml and validate all of it: form, values, rules, files and drivers.

    Raises:
        ConfigError: E_UNREADABLE, the file itself cannot be read.
    """
    source = str(path)
    text, faults = _read(path)
    if faults:
        return SettingsReport(source, text, None, None, faults)
    settings, tree, faults = load_yaml(text, Settings, source)
    if tree is not None:
        reported = {fault.key for fault in faults}  # one mistake is reported once
        found = (*find_clashes(tree), *find_files(tree), *find_drivers(tree, reported))
        faults += [one.at(source) for one in found if one.key not in reported]
    faults = [_without_secret(_with_example(fault)) for fault in faults]
    return SettingsReport(source, text, None if faults else settings, tree, sort_faults(faults))


def _with_example(fault: ValidationFault) -> ValidationFault:
    """Add an example to the fault of a missing key."""
    if fault.what not in ("missing_key", "no_value") or fault.expected is None:
        return fault
    from agent.settings.key_docs.catalogue import KEYS

    key = KEYS.get(re.sub(r"\[[0-9]+\]", "[]", fault.key))
    if key is None or key.example is None or fault.expected.code == "rule":
        return fault
    name = fault.key.rpartition(".")[2]
    return replace(fault, expected=CodedText("form", (f"{name}: {key.example}",)))


def _without_secret(fault: ValidationFault) -> ValidationFault:
    """Hide the value of a fault in the page's keys: it may be a PIN in the wrong key."""
    if not fault.key.startswith("page") or not fault.got:
        return fault
    from strict_yaml.secret import hide_secrets

    return replace(fault, got=hide_secrets(fault.got), hint=hide_secrets(fault.hint))


def load_settings(path: Path) -> Settings:
    """The settings alone; checks no other file and no driver.

    Raises:
        YamlFaults: with every fault found.
        ConfigError: E_UNREADABLE, the file itself cannot be read.
    """
    source = str(path)
    text, faults = _read(path)
    if faults:
        raise YamlFaults(faults)
    settings, tree, faults = load_yaml(text, Settings, source)
    if tree is not None:
        reported = {fault.key for fault in faults}
        faults += [found.at(source) for found in find_clashes(tree) if found.key not in reported]
    if settings is None or faults:
        raise YamlFaults(faults)
    return settings


def check_files(settings: Settings, source: str = "") -> list[ValidationFault]:
    """Faults of the files, state folder, drivers and profiles that loaded settings name.

    Args:
        settings: loaded before.
        source: the file name in the faults; their line and column are 0.
    """
    tree = _plant(msgspec.to_builtins(settings))
    return [found.at(source) for found in (*find_files(tree), *find_drivers(tree))]


def _plant(value: Any) -> Node:
    """A tree of plain values, without places in a file."""
    nowhere = Mark(0, 0)
    if isinstance(value, dict):
        pairs = (
            (Scalar(key, plain=True, mark=nowhere), _plant(inner)) for key, inner in value.items()
        )
        return Pairs(tuple(pairs), nowhere)
    if isinstance(value, list):
        return Items(tuple(map(_plant, value)), nowhere)
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(text, plain=not isinstance(value, str), mark=nowhere)


def _read(path: Path) -> tuple[str, list[ValidationFault]]:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError("E_UNREADABLE", str(path), error.strerror or str(error)) from error
    try:
        return raw.decode("utf-8").removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "replace")
        if len(raw) > MAX_BYTES:  # report the size only: the cut may have split a character
            return text, []
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode()) + 1
        got = f"0x{raw[error.start]:02X}"
        fault = ValidationFault(
            str(path), line, column, "", "not_utf8", got, CodedText("saved_as_utf8")
        )
        return text, [fault]
