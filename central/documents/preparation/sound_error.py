"""Why a file cannot be prepared."""

from __future__ import annotations

from typing import Literal

from agent.errors import ConfigError

Reason = Literal["blank", "long", "unreadable", "format", "same"]


class SoundError(ConfigError):
    """A file cannot be prepared.

    Args:
        name: of the file.
        reason: its text is `fault.sound.<reason>`.
        detail: what the text says of it.
    """

    def __init__(self, name: str, reason: Reason, detail: str = "") -> None:
        super().__init__("E_MEDIA", name, detail)
        self.reason = reason
