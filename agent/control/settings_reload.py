"""The settings' file, read again while the agent runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from strict_yaml.validation_fault import ValidationFault


class SettingsReload(Protocol):
    """Validates the settings' file; when it has no fault, the agent restarts with it in seconds."""

    file: Path

    async def __call__(self) -> Sequence[ValidationFault]:
        """The faults of the file.

        Raises:
            ConfigError: E_UNREADABLE, it cannot be read at all.
        """
