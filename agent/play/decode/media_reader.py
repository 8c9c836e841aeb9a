"""Signed media of an item as descriptors that a decoder can read."""

from __future__ import annotations

import os
from collections.abc import Iterable

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.play.decode.clip_sequence import Track
from agent.play.item import MediaFiles


async def open_tracks(media: MediaFiles, clips: Iterable[Medium]) -> list[Track]:
    """Open and verify media, in order; the descriptors are the caller's.

    Raises:
        StoreError: E_MEDIA, one is missing or is not what was signed; none stays open.
    """
    tracks: list[Track] = []
    try:
        for clip in clips:
            fd = await media.open(Digest(clip.sha256), clip.bytes)
            gain_db = media.gain_db(Digest(clip.sha256))
            tracks.append(Track(fd, clip.mime, clip.duration_ms, gain_db, media.high_pass_hz))
    except BaseException:
        for track in tracks:
            os.close(track.fd)
        raise
    return tracks
