"""`tramtin retry-messages [FILE]`: handles set-aside messages again."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.doctor.render import say
from agent.errors import ConfigError, YamlFaults
from agent.link.crash_guard import retry_messages
from agent.settings.load import load_settings
from texts.catalogue import Lang

DONE, NOT_DONE, UNREADABLE = 0, 1, 2


def run_retry(file: Path, lang: Lang) -> int:
    """Clear the list of set-aside messages; returns 0 done, 1 not removed, 2 settings unusable.

    Args:
        file: station.yaml, which names the state folder.
        lang: of the text.
    """
    try:
        state = Path(load_settings(file).state)
    except (ConfigError, YamlFaults):
        print(say("no_state", lang, str(file)), file=sys.stderr)
        return UNREADABLE
    try:
        count = retry_messages(state)
    except OSError as error:
        print(say("not_retried", lang, str(state), str(error.strerror)), file=sys.stderr)
        return NOT_DONE
    print(say("retried", lang, str(count)))
    return DONE
