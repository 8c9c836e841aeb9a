"""`tramtin retry-messages [FILE]`: what was set aside after two crashes is judged again."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.doctor.render import say
from agent.errors import ConfigError, YamlFaults
from agent.link.crash_guard import retry_messages
from agent.settings.load import load_settings
from texts.catalogue import Lang

TOLD, NOT_TOLD, UNREADABLE = 0, 1, 2


def run_retry(file: Path, lang: Lang) -> int:
    """Forget which messages were set aside; returns 0 told, 1 not removed, 2 settings unusable.

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
        return NOT_TOLD
    print(say("retried", lang, str(count)))
    return TOLD
