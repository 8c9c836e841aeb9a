"""`tramtin check FILE`: every fault and every risk of the settings, for people or for programs."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.errors import ConfigError
from agent.settings.board_overview import build_board_overview, build_plain_boards
from agent.settings.effective_settings import build_effective, build_plain
from agent.settings.load import SettingsReport
from agent.settings.messages import translate
from agent.settings.model import Settings
from agent.settings.sound_overview import build_overview, build_plain_overview
from agent.settings.warnings import find_risks
from strict_yaml.source_excerpt import build_excerpt
from strict_yaml.validation_fault import ValidationFault, sort_faults
from texts.catalogue import Lang

GOOD, FAULTS, UNREADABLE = 0, 1, 2
Validate = Callable[[Path], SettingsReport]


def _nothing(_settings: Settings, _lang: Lang) -> list[str]:
    return []


def run_check(
    path: Path,
    validate: Validate,
    lang: Lang = "vi",
    *,
    as_json: bool = False,
    effective: bool = False,
    tell_policy: Callable[[Settings, Lang], list[str]] = _nothing,
) -> int:
    """Print the result; returns 0 valid (also with warnings), 1 faults, 2 unreadable.

    Args:
        path: station.yaml.
        validate: the function with which the agent validates the file at its start.
        lang: of the text.
        as_json: print one JSON object instead of lines.
        effective: print the settings in force, with defaults and hidden secrets; faults and
            warnings then go to stderr, so that the output can be saved.
        tell_policy: lines on the policy in force, signed and local together.
    """
    try:
        report = validate(path)
    except ConfigError as error:
        return _print_unreadable(error, lang, as_json=as_json)
    faults = report.faults
    if report.settings is not None and report.tree is not None:
        faults = [found.at(str(path)) for found in find_risks(report.settings, report.tree, path)]
        faults = sort_faults(faults)
    code = GOOD if report.settings is not None else FAULTS
    if as_json:
        result = _build_result(path, faults, lang)
        if report.settings is not None:
            result["sound"] = build_plain_overview(report.settings)
            result["boards"] = build_plain_boards(report.settings)
            result["policy"] = tell_policy(report.settings, lang)
        if effective and report.settings is not None:
            result["effective"] = build_plain(report.settings)
        print(json.dumps(result, ensure_ascii=False))
        return code
    if effective and report.settings is not None:
        print(build_effective(report.settings, report.tree, lang), end="")
    told = [] if report.settings is None else _tell(report.settings, lang, tell_policy)
    verdict = _build_verdict(path, report.text, faults, told, lang)
    print(verdict, file=sys.stderr if effective else sys.stdout)
    return code


def _tell(
    settings: Settings, lang: Lang, tell_policy: Callable[[Settings, Lang], list[str]]
) -> list[str]:
    return [
        build_overview(settings, lang),
        build_board_overview(settings, lang),
        "\n".join(tell_policy(settings, lang)),
    ]


def _build_verdict(
    path: Path, text: str, faults: list[ValidationFault], told: list[str], lang: Lang
) -> str:
    """Faults, each under its line of the file; then warnings, what is told, and a summary."""
    errors = [fault for fault in faults if fault.severity == "error"]
    warnings = [fault for fault in faults if fault.severity == "warning"]
    blocks = [
        "\n".join([fault.text(lang), *build_excerpt(text, fault)]) for fault in errors + warnings
    ]
    if errors:
        last = translate("fault_count", lang, str(path), str(len(errors)))
    elif warnings:
        last = translate("good_but", lang, str(path), str(len(warnings)))
    else:
        last = translate("good", lang, str(path))
    return "\n\n".join([*blocks, *filter(None, told), last])


def _build_result(path: Path, faults: list[ValidationFault], lang: Lang) -> dict[str, Any]:
    rows = [
        {
            "severity": fault.severity,
            "line": fault.line,
            "column": fault.column,
            "key": fault.key,
            "code": fault.what,
            "got": fault.got,
            "hint": fault.hint,
            "text": fault.text(lang),
        }
        for fault in faults
    ]
    errors = [row for row in rows if row["severity"] == "error"]
    warnings = [row for row in rows if row["severity"] == "warning"]
    return {"file": str(path), "good": not errors, "faults": errors, "warnings": warnings}


def _print_unreadable(error: ConfigError, lang: Lang, *, as_json: bool) -> int:
    text = describe_unreadable(error, lang)
    if as_json:
        text = json.dumps({"file": error.subject, "unreadable": error.hint}, ensure_ascii=False)
    print(text)
    return UNREADABLE


def describe_unreadable(error: ConfigError, lang: Lang) -> str:
    """The reason why the settings cannot be read, and the next step where there is one."""
    file = error.subject
    match error.hint:
        case reason if reason == os.strerror(errno.ENOENT):
            return f"{file}: {translate('no_settings', lang, file)}"
        case reason if reason == os.strerror(errno.EACCES):
            return f"{file}: {translate('closed_settings', lang)}"
        case reason:
            return f"{file}: {translate('unreadable', lang)}: {reason}"
