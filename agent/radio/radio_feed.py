"""The encoded bytes of a radio: one endless answer (Icecast, SHOUTcast), or HLS (RFC 8216).

The library of HLS is `m3u8`: 2.5 MiB and 26 ms, in processes that live only for a relay.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agent.radio.radio_error import RadioError
from agent.radio.radio_reader import RadioReader
from agent.radio.stream_title import TitleRemover, parse_metaint

if TYPE_CHECKING:
    import m3u8

STALL_S = 3.0
BURST_S = 0.5  # in which a server has sent its burst on connect
STREAM_S, SEGMENTS_S = 6.0, 60.0
MAX_SEGMENTS = 64  # of one playlist that are looked at
FROM_END = 3  # RFC 8216 section 6.3.3: not nearer to the end of a live playlist
LEAST_TARGET_S, MOST_TARGET_S = 1.0, 30.0
NEW_DECODER = None

Chunk = bytes | None  # None: what follows belongs to another stream, and needs another decoder


@dataclass
class RadioFeed:
    """The bytes of one attempt.

    Attributes:
        stall_s: so long without a sample is a stall; longer where sound comes in segments, because
            RFC 8216 lets a server wait one and a half target durations.
        content_type: of what comes, once it comes; empty: nobody has said it.
        old_s: what comes in the first seconds of a new connection may have been heard before.
        most_s: so much is held before it is played; more is old.
    """

    reader: RadioReader
    stall_s: float = STALL_S
    old_s: float = BURST_S
    most_s: float = STREAM_S
    content_type: str = ""

    async def read(self) -> AsyncGenerator[Chunk, None]:
        """What comes, until the radio ends or fails.

        Raises:
            RadioError: it cannot be relayed, or has ended.
            OSError: no connection.
        """
        url = self.reader.url
        if urlsplit(url).path.endswith(".m3u8"):
            async for chunk in self._read_hls(url):
                yield chunk
            return
        async with self.reader.open(url) as answer:
            self.content_type = answer.headers.get("content-type", "").lower()
            if "mpegurl" in self.content_type:
                raise RadioError("a playlist whose address does not end in .m3u8")
            titles = TitleRemover(parse_metaint(answer.headers))
            async for block in self.reader.read_blocks(answer):
                if sound := titles.feed(block):
                    yield sound
        raise RadioError("the host ended the stream")

    async def _read_hls(self, url: str) -> AsyncGenerator[Chunk, None]:
        url = await self._find_media_playlist(url)
        self.most_s, self.old_s = SEGMENTS_S, 0.0
        following, header, most_bytes = -1, "", self.reader.limits.segment_bytes
        while True:
            playlist = await self._load(url)
            target_s = min(MOST_TARGET_S, max(LEAST_TARGET_S, playlist.target_duration or 6))
            self.stall_s = STALL_S + 1.5 * target_s
            first, count = playlist.media_sequence or 0, len(playlist.segments)
            if not first <= following <= first + count:
                if following >= 0:
                    yield NEW_DECODER
                following, header = first + max(0, count - FROM_END), ""  # the live edge
            is_new = following < first + count
            for segment in playlist.segments[following - first :][:MAX_SEGMENTS]:
                init = _find_header(segment)
                if segment.discontinuity:
                    yield NEW_DECODER
                if init and (init != header or segment.discontinuity):
                    yield await self.reader.read(init, most_bytes)
                header = init
                yield await self.reader.read(segment.absolute_uri, most_bytes)
                following += 1
            if playlist.is_endlist:
                raise RadioError("the host ended the stream")
            await asyncio.sleep(target_s if is_new else target_s / 2)

    async def _find_media_playlist(self, url: str) -> str:
        playlist = await self._load(url)
        if not playlist.is_variant:
            return url
        sound = [one for one in playlist.media if one.type == "AUDIO" and one.uri]
        if sound:
            return str(next((one for one in sound if one.default == "YES"), sound[0]).absolute_uri)
        # The fewest bits: a mobile line, 24 kbit/s of speech to the poles, and no picture.
        return str(min(playlist.playlists, key=lambda one: one.stream_info.bandwidth).absolute_uri)

    async def _load(self, url: str) -> m3u8.M3U8:
        import m3u8  # a radio without segments never needs it

        raw = await self.reader.read(url, self.reader.limits.playlist_bytes)
        text = raw.decode(errors="replace")
        if not text.startswith("#EXTM3U"):
            raise RadioError("no m3u8 playlist")
        try:
            playlist = m3u8.loads(text, uri=url)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise RadioError(f"m3u8: {error}") from error
        if not playlist.segments and not playlist.playlists:
            raise RadioError("an empty m3u8 playlist")
        return playlist


def _find_header(segment: Any) -> str:
    """The address of what stands before a segment; empty: nothing.

    Raises:
        RadioError: the segment is encrypted, or a part of a file.
    """
    if segment.key is not None and segment.key.method not in (None, "NONE"):
        raise RadioError("the stream is encrypted")
    if segment.byterange:
        raise RadioError("segments by byte ranges are not relayed")
    return str(segment.init_section.absolute_uri) if segment.init_section else ""
