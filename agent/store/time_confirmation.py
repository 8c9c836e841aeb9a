"""A technician's word that today is such a day, in a file of the state folder.

Whoever can write there is root or the agent itself: he stands at the box, or is logged in to it.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

FILE = "confirmed-date"
LIMIT_BYTES = 32


def write_confirmation(state: Path, day: date) -> None:
    """Put the day where the agent looks for it while a jump of its time is held.

    Raises:
        OSError: the folder cannot be written.
    """
    # Never through the name itself: the folder is the agent's, and a link there would lead root.
    handle, name = tempfile.mkstemp(prefix=FILE, dir=state)
    with os.fdopen(handle, "w") as file:
        file.write(day.isoformat())
        os.fchmod(handle, 0o644)
    Path(name).replace(state / FILE)


def read_confirmation(state: Path) -> date | None:
    """The day, if there is one; a file that holds something else counts as none."""
    try:
        with (state / FILE).open("rb") as file:
            return date.fromisoformat(file.read(LIMIT_BYTES).decode().strip())
    except (OSError, ValueError):
        return None


def remove_confirmation(state: Path) -> None:
    """It has been used, or was wrong.

    Raises:
        OSError: the card refuses.
    """
    (state / FILE).unlink(missing_ok=True)
