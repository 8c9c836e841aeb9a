"""`tramtin check FILE`: say every fault of the settings, for people or for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from agent.errors import ConfigError
from agent.settings.fault import Fault, SettingsFaults
from agent.settings.load import check_files, load_marked
from agent.settings.text import Lang, say

GOOD, FAULTS, UNREADABLE = 0, 1, 2


def run_check(path: Path, lang: str = "vi", format_: str = "text") -> int:
    """Print the verdict; returns 0 good, 1 faults, 2 unreadable.

    Args:
        path: station.yaml.
        lang: `vi` or `en`.
        format_: `text`, one fault a line, or `json`, one object.
    """
    tongue = cast("Lang", lang)
    try:
        settings, tree = load_marked(path)
        faults = check_files(settings, str(path), tree)
    except SettingsFaults as error:
        faults = error.faults
    except ConfigError as error:
        return _tell_unreadable(error, tongue, format_)
    if format_ == "json":
        print(_build_json(path, faults, tongue))
    else:
        lines = [fault.text(tongue) for fault in faults]
        print("\n".join(lines) if lines else say("good", tongue, str(path)))
    return FAULTS if faults else GOOD


def _tell_unreadable(error: ConfigError, lang: Lang, format_: str) -> int:
    text = f"{error.subject}: {say('unreadable', lang)}: {error.hint}"
    if format_ == "json":
        text = json.dumps({"file": error.subject, "unreadable": error.hint}, ensure_ascii=False)
    print(text)
    return UNREADABLE


def _build_json(path: Path, faults: list[Fault], lang: Lang) -> str:
    rows = [
        {
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
    return json.dumps({"file": str(path), "good": not faults, "faults": rows}, ensure_ascii=False)
