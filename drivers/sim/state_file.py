"""The JSON state file of a simulated device: it survives the process, and an operator may edit it.

Writers hold a lock file beside it; an edit by hand may be overwritten by a concurrent write.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drivers.errors import DeviceProtocolError


def read_state(file: Path, faults: Sequence[str]) -> dict[str, Any]:
    """The content of the file, with a known `fault` or none; empty while there is no file.

    Raises:
        DeviceProtocolError: not a JSON object, or a fault that this device cannot have.
    """
    try:
        raw = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise DeviceProtocolError(str(file), "read state", str(error)) from error
    if not isinstance(raw, dict) or raw.get("fault") not in (None, *faults):
        known = ", ".join(faults)
        raise DeviceProtocolError(str(file), "read state", f"fault is {known} or null")
    return raw


def write_state(file: Path, state: Mapping[str, Any]) -> None:
    """Replace the file as a whole."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps(state) + "\n")
    fresh.replace(file)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep other writers out between reading and writing."""
    with file.with_name(f"{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
