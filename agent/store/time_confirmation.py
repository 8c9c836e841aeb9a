"""A technician's confirmation of today's date, in a file of the state folder.

Only root and the agent itself can write there, so the technician is at the box or logged in to it.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

FILE = "confirmed-date"
LIMIT_BYTES = 32


def write_confirmation(state: Path, day: date) -> None:
    """Write the day where the agent reads it while it holds back a jump of its time.

    Raises:
        OSError: the folder cannot be written.
    """
    # Never write through the name itself: the agent owns the folder and could place a link there.
    handle, name = tempfile.mkstemp(prefix=FILE, dir=state)
    with os.fdopen(handle, "w") as file:
        file.write(day.isoformat())
        os.fchmod(handle, 0o644)
    Path(name).replace(state / FILE)


def read_confirmation(state: Path) -> date | None:
    """The confirmed day, if there is one; a malformed file counts as none."""
    try:
        with (state / FILE).open("rb") as file:
            return date.fromisoformat(file.read(LIMIT_BYTES).decode().strip())
    except (OSError, ValueError):
        return None


def remove_confirmation(state: Path) -> None:
    """Delete the confirmation after it was used or refused.

    Raises:
        OSError: the card refuses.
    """
    (state / FILE).unlink(missing_ok=True)
