"""`tramtin confirm-time DAY [FILE]`: a person at the box confirms the date."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from agent.doctor.render import say
from agent.errors import ConfigError, YamlFaults
from agent.settings.load import load_settings
from agent.store.time_confirmation import write_confirmation
from texts.catalogue import Lang

DONE, NOT_DONE, UNREADABLE = 0, 1, 2


def run_confirm(file: Path, day: date, lang: Lang) -> int:
    """Write the day where the agent reads it; returns 0 done, 1 not written, 2 settings unusable.

    Args:
        file: station.yaml, which names the state folder.
        day: local to the station.
        lang: of the text.
    """
    try:
        state = Path(load_settings(file).state)
    except (ConfigError, YamlFaults):
        print(say("no_state", lang, str(file)), file=sys.stderr)
        return UNREADABLE
    try:
        write_confirmation(state, day)
    except OSError as error:
        print(say("day_not_told", lang, str(state), str(error.strerror)), file=sys.stderr)
        return NOT_DONE
    print(say("day_told", lang, day.strftime("%d/%m/%Y")))
    return DONE
