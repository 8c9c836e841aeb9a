"""Which boards have been driven, so that they can be blanked when nobody is left to do it.

Some receiving cards show the last frame that they were sent for ever. A board process that is
killed cannot take it down; systemd calls `tramtin blank-boards` behind every end of the service.
The notes lie in the service's runtime directory and need no station.yaml, which may be what has
ended it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent.play.board.board_config import BoardConfig
from agent.play.board.sink_opening import open_sink
from drivers.errors import DriverError

log = logging.getLogger(__name__)
DIRECTORY = "RUNTIME_DIRECTORY"


def write_note(config: BoardConfig) -> None:
    """Note a board that is about to be driven; without a runtime directory nothing is noted."""
    folder = os.environ.get(DIRECTORY)
    if not folder:
        return
    name = hashlib.sha256(f"{config.profile} {config.path}".encode()).hexdigest()[:16]
    note = Path(folder) / f"board-{name}.json"
    fresh = note.with_suffix(".tmp")
    try:
        fresh.write_bytes(msgspec.json.encode(config))
        fresh.replace(note)
    except OSError as error:
        log.warning("%s is not noted: %s", config.path, error)


def blank_noted(folder: Path) -> Iterator[str]:
    """Turn every noted board black; yields a line for each.

    A board that does not answer keeps its note, for the next time.
    """
    for note in sorted(folder.glob("board-*.json")):
        try:
            config = msgspec.json.decode(note.read_bytes(), type=BoardConfig)
            open_sink(config).close()
        except (DriverError, OSError, ValueError, msgspec.DecodeError) as error:
            yield f"{note.name}: {error}"
            continue
        note.unlink(missing_ok=True)
        yield f"{config.path}: black"
