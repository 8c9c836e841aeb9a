"""How long voices are kept: by age and by size, as `retention.yaml` in the archive says.

Whole voices go, the oldest first. What is younger than a day stays, so that nobody's voice goes
while it is spoken; what is no voice is never touched.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.errors import YamlFaults
from central.live.archive import list_folders, read_begin
from strict_yaml.loader import load_yaml

FILE = "retention.yaml"
GB = 10**9
YOUNGEST = timedelta(days=1)


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept.

    Args:
        keep_days: from a voice's beginning.
        keep_gb: of all voices, in 10⁹ bytes; an hour has some 15 MB.
    """

    keep_days: Annotated[int, Meta(ge=1, le=36_500)] = 400
    keep_gb: Annotated[float, Meta(gt=0)] = 20.0


def load_retention(folder: Path) -> Retention:
    """What an archive keeps; the default where nobody has said it.

    Raises:
        YamlFaults: the file has faults, with line and column.
        OSError: it cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return Retention()
    retention, _, faults = load_yaml(path.read_text(encoding="utf-8"), Retention, FILE)
    if retention is None or faults:
        raise YamlFaults(faults)
    return retention


def store_retention(folder: Path, retention: Retention) -> None:
    """Write what an archive keeps from now on.

    Raises:
        OSError: it cannot be written; the former one holds.
    """
    ready = folder / f".{FILE}"
    ready.write_text(f"keep_days: {retention.keep_days}\nkeep_gb: {retention.keep_gb:g}\n")
    ready.replace(folder / FILE)


def find_expired(folder: Path, retention: Retention, now: datetime) -> list[Path]:
    """The voices that are kept no longer, oldest first.

    Raises:
        OSError: the archive cannot be read.
    """
    kept: list[Path] = []
    expired: list[Path] = []
    for path in list_folders(folder):
        is_old = now - read_begin(path) > timedelta(days=retention.keep_days)
        (expired if is_old else kept).append(path)
    sizes = [measure_bytes(path) for path in kept]
    left_bytes = sum(sizes)
    for path, size in zip(kept, sizes, strict=True):
        if left_bytes <= retention.keep_gb * GB or now - read_begin(path) < YOUNGEST:
            break
        expired.append(path)
        left_bytes -= size
    return expired


def remove_expired(folder: Path, now: datetime) -> list[Path]:
    """Remove what is kept no longer.

    Raises:
        YamlFaults: what is kept cannot be read; nothing is removed.
        OSError: the archive cannot be read, or a voice cannot be removed.
    """
    expired = find_expired(folder, load_retention(folder), now)
    for path in expired:
        shutil.rmtree(path)
    return expired


def measure_bytes(path: Path) -> int:
    """The size of one voice.

    Raises:
        OSError: it cannot be read.
    """
    return sum(one.stat().st_size for one in path.iterdir())
