"""Signed media of an item as descriptors that a decoder can read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.loudness import Loudness
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
            track = Track(fd, clip.mime, clip.duration_ms, high_pass_hz=media.high_pass_hz)
            tracks.append(_level(track, media.loudness_of(Digest(clip.sha256))))
    except BaseException:
        for track in tracks:
            os.close(track.fd)
        raise
    return tracks


def _level(track: Track, loudness: Loudness | None) -> Track:
    if loudness is None:
        return track
    return replace(track, gain_db=loudness.gain_db, is_limited=loudness.is_limited)
