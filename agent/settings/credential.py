"""The path of the device key: the file in the settings, or the copy that systemd provides.

The unit has `LoadCredential=device.key:/etc/tramtin/device.key`, so the file itself may belong to
root alone. The settings name that file; where systemd provides a credential of the same file name,
its copy is read instead. So one station.yaml serves the service, `check` and `doctor`.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from agent.settings.model import Settings

VARIABLE = "CREDENTIALS_DIRECTORY"  # systemd.exec(5)


def find_credential(path: str) -> str:
    """The copy that systemd provides to this process under the file's name, else `path` itself."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return path
    copy = Path(folder) / Path(path).name
    return str(copy) if copy.is_file() else path


def take_credentials(settings: Settings) -> Settings:
    """The settings with the path from which this process can read the device key."""
    key = find_credential(settings.broker.key)
    broker = msgspec.structs.replace(settings.broker, key=key)
    return msgspec.structs.replace(settings, broker=broker)
