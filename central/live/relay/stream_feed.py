"""The encoded bytes of a radio: one endless response (Icecast, SHOUTcast), or HLS (RFC 8216)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urlsplit

import m3u8

from central.live.relay.decoder import find_demuxer
from central.live.relay.https_source import HttpsSource, SourceError

STALL_S = 3.0
BURST_S = 0.5  # in which a server has sent its burst on connect
STREAM_S, SEGMENTS_S = 6.0, 60.0
MAX_PLAYLIST_BYTES = 1 << 20
MAX_SEGMENT_BYTES = 1 << 25
FROM_END = 3  # RFC 8216 section 6.3.3: not nearer to the end of a live playlist
MAX_TARGET_S = 30.0
NEW_DECODER = None

Chunk = bytes | None  # None: what follows belongs to another stream, and needs another decoder


@dataclass
class StreamFeed:
    """The bytes of one connection to a source.

    Attributes:
        stall_s: so long without a sample is a stall; longer where sound comes in segments.
        demuxer: of what comes, once it comes; None: not known.
        old_s: what comes in the first seconds of a new connection has been heard before.
        most_s: so much is held before it is sent; what a host sends at once to begin with is old.
    """

    source: HttpsSource
    stall_s: float = STALL_S
    most_s: float = STREAM_S
    old_s: float = BURST_S
    demuxer: str | None = None

    async def read(self) -> AsyncGenerator[Chunk, None]:
        """What comes, until the source ends or fails.

        Raises:
            SourceError: it cannot be relayed, or is over.
        """
        url = self.source.url
        if urlsplit(url).path.endswith(".m3u8"):
            async for chunk in self._read_hls(url):
                yield chunk
            return
        async with self.source.open_stream() as response:
            if "mpegurl" in response.content_type:
                raise SourceError("a playlist whose address does not end in .m3u8")
            self.demuxer = find_demuxer(response.content_type)
            async for data in response.sound:
                yield data
        raise SourceError("the source ended the stream")

    async def _read_hls(self, url: str) -> AsyncGenerator[Chunk, None]:
        url = await self._find_media_playlist(url)
        following, header = -1, ""
        self.most_s, self.old_s = SEGMENTS_S, 0.0
        while True:
            playlist = await self._load(url)
            target_s = min(MAX_TARGET_S, float(playlist.target_duration or 6))
            self.stall_s = STALL_S + 1.5 * target_s
            first, count = playlist.media_sequence or 0, len(playlist.segments)
            if following < first or following > first + count:
                if following >= 0:
                    yield NEW_DECODER
                following, header = first + max(0, count - FROM_END), ""  # the live edge
            is_new = following < first + count
            for segment in playlist.segments[following - first :]:
                _verify_plain(segment)
                init = segment.init_section.absolute_uri if segment.init_section else ""
                if segment.discontinuity:
                    yield NEW_DECODER
                if init and (init != header or segment.discontinuity):
                    yield await self.source.read(init, MAX_SEGMENT_BYTES)
                header = init
                yield await self.source.read(segment.absolute_uri, MAX_SEGMENT_BYTES)
                following += 1
            if playlist.is_endlist:
                raise SourceError("the source ended the stream")
            await asyncio.sleep(target_s if is_new else target_s / 2)

    async def _find_media_playlist(self, url: str) -> str:
        playlist = await self._load(url)
        if not playlist.is_variant:
            return url
        sound = [one for one in playlist.media if one.type == "AUDIO" and one.uri]
        if sound:
            return str(next((one for one in sound if one.default == "YES"), sound[0]).absolute_uri)
        # The one with the fewest bits: 24 kbit/s of speech go to the poles, and pictures nowhere.
        return str(min(playlist.playlists, key=lambda one: one.stream_info.bandwidth).absolute_uri)

    async def _load(self, url: str) -> m3u8.M3U8:
        raw = await self.source.read(url, MAX_PLAYLIST_BYTES)
        text = raw.decode(errors="replace")
        if not text.startswith("#EXTM3U"):
            raise SourceError("no m3u8 playlist")
        try:
            playlist = m3u8.loads(text, uri=url)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise SourceError(f"m3u8: {error}") from error
        if not playlist.segments and not playlist.playlists:
            raise SourceError("an empty m3u8 playlist")
        return playlist


def _verify_plain(segment: m3u8.Segment) -> None:
    if segment.key is not None and segment.key.method not in (None, "NONE"):
        raise SourceError("the stream is encrypted")
    if segment.byterange:
        raise SourceError("segments by byte ranges are not relayed")
