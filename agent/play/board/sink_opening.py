"""Opens the board that a board process drives."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.play.board.board_config import BoardConfig
    from drivers.frame_sink import FrameSink

COURIER_ARGV = (sys.executable, "-m", "agent.play.board.courier_start")


def open_sink(config: BoardConfig) -> FrameSink:
    """Load and open a board; what carries its pictures, if anything, confines itself.

    Raises:
        DriverError: no such profile, or the board cannot be opened.
    """
    from drivers.frame_sink import CarriedSink
    from drivers.registry import load_board

    sink = load_board(config.profile, config.path, **config.options)
    if isinstance(sink, CarriedSink):
        sink.courier_argv = COURIER_ARGV
    sink.open(config.faces)
    return sink
