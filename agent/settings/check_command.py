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
from agent.settings.effective_settings import build_effective, build_plain
from agent.settings.load import SettingsReport
from agent.settings.messages import translate
from agent.settings.warnings import find_risks
from strict_yaml.source_excerpt import build_excerpt
from strict_yaml.validation_fault import ValidationFault, sort_faults
from texts.catalogue import Lang

GOOD, FAULTS, UNREADABLE = 0, 1, 2
Judge = Callable[[Path], SettingsReport]


def run_check(
    path: Path, judge: Judge, lang: Lang = "vi", *, as_json: bool = False, effective: bool = False
) -> int:
    """Print the verdict; returns 0 good (also with warnings), 1 faults, 2 unreadable.

    Args:
        path: station.yaml.
        judge: what the agent itself judges the file with when it starts.
        lang: of the text.
        as_json: one object instead of lines.
        effective: print the settings in force, defaults filled in and secrets hidden; faults and
            warnings then go to stderr, so that the output can be kept.
    """
    try:
        judged = judge(path)
    except ConfigError as error:
        return _print_unreadable(error, lang, as_json=as_json)
    faults = judged.faults
    if judged.settings is not None and judged.tree is not None:
        faults = [found.at(str(path)) for found in find_risks(judged.settings, judged.tree, path)]
        faults = sort_faults(faults)
    code = GOOD if judged.settings is not None else FAULTS
    if as_json:
        told = _build_told(path, faults, lang)
        if effective and judged.settings is not None:
            told["effective"] = build_plain(judged.settings)
        print(json.dumps(told, ensure_ascii=False))
        return code
    if effective and judged.settings is not None:
        print(build_effective(judged.settings, judged.tree, lang), end="")
    verdict = _build_verdict(path, judged.text, faults, lang)
    print(verdict, file=sys.stderr if effective else sys.stdout)
    return code


def _build_verdict(path: Path, text: str, faults: list[ValidationFault], lang: Lang) -> str:
    """Faults first, each under its line of the file; then warnings; then one line that sums up."""
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
    return "\n\n".join([*blocks, last])


def _build_told(path: Path, faults: list[ValidationFault], lang: Lang) -> dict[str, Any]:
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
    """What stands in the way of reading the settings, and the next step where there is one."""
    file = error.subject
    match error.hint:
        case reason if reason == os.strerror(errno.ENOENT):
            return f"{file}: {translate('no_settings', lang, file)}"
        case reason if reason == os.strerror(errno.EACCES):
            return f"{file}: {translate('closed_settings', lang)}"
        case reason:
            return f"{file}: {translate('unreadable', lang)}: {reason}"
