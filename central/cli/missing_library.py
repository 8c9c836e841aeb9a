"""Says which part of the program a command needs that this computer does not have."""

from __future__ import annotations

from agent.errors import ConfigError
from central.messages.catalogue import translate
from texts.catalogue import Lang

OURS = ("agent", "central", "drivers", "speech", "strict_yaml", "texts")
OF_OFFICER = ("sqlalchemy", "rich", "pydub", "ffmpeg", "audioop", "pyaudioop")


def describe_missing_library(error: ModuleNotFoundError, command: str, lang: Lang) -> ConfigError:
    """The refusal of a command whose library is not installed.

    Raises:
        ModuleNotFoundError: the module is our own; the program is incomplete.
    """
    library = (error.name or "").partition(".")[0]
    if not library or library in OURS:
        raise error
    extra = "officer" if library in OF_OFFICER else "central"
    hint = translate(lang, "fault.not_installed", library, extra)
    return ConfigError("E_NOT_INSTALLED", command, hint)
