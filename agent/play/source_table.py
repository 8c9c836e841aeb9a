"""The sources of sound that this box has: kind → what makes the source of an item.

A new kind needs one entry here; outputs and sessions know no kinds.
"""

from __future__ import annotations

from functools import partial

from agent.play.decode.file_source import file_source
from agent.play.item import MediaFiles, SourceTable


def build_sources(media: MediaFiles) -> SourceTable:
    """The sources of every box.

    Args:
        media: the files in store.
    """
    return {"file": partial(file_source, media=media)}
