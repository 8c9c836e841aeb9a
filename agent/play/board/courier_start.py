"""The process that carries a board's pictures to its sign, confined: run by the board process.

`python -m agent.play.board.courier_start SETTINGS`. What it does is the driver's own
(`drivers.content_board.courier`); what it may do is said here.
"""

from __future__ import annotations

import sys

from agent.sandbox.profile import confine_courier, confine_puller
from drivers.sign_registry import run_courier


def main(argv: list[str]) -> int:
    """Run it until its board is gone; returns the exit code."""
    return run_courier(argv, confine_courier, lambda: confine_puller(()))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
