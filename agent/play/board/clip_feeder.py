"""Gives the board process the clips of its scenes: one confined decoder for each size of a face.

The board process may start no program, so the decoders are started here, and their pipes go to it.
It holds them back by not reading, and ends them by closing its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
from asyncio.subprocess import Process
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.clock import mono_s
from agent.contract.ids import Digest
from agent.errors import AgentError, PlayError
from agent.play.board.board_session import BoardSession
from agent.play.board.face_lane import FaceLane
from agent.play.board.film import Film, decoder_argv, find_film
from agent.play.board.scene_box import Size, place_box
from agent.play.clip_messages import AddClip, ClipFailed
from agent.play.decode.decoder import DETAIL_CHARS, read_stderr
from agent.play.decode.ffmpeg_process import start_ffmpeg
from agent.play.item import Item, MediaFiles
from agent.play.process_end import kill_process
from agent.play.sound_moments import SoundMoment
from agent.play.task_end import end_task
from agent.sandbox.profile import CLIP_DECODER, confine_argv

log = logging.getLogger(__name__)
PIPE_BYTES = 1 << 20  # what the kernel grants to everybody
LAST_MS = 1_000
JOIN_MS = 1_500  # a clip that begins less than this late begins at its beginning

SendClip = Callable[[AddClip | ClipFailed, int | None], None]


class ClipFeeder:
    """The decoders of one board.

    Args:
        sizes: (width_px, height_px) of its faces.
        media: the files in store.
        send: gives the board a clip and its pipe; raises PlayError when the board is gone.
    """

    def __init__(self, sizes: Mapping[str, Size], media: MediaFiles, send: SendClip) -> None:
        self._sizes = dict(sizes)
        self._media = media
        self._send = send
        self._decoders: dict[str, list[asyncio.Task[None]]] = {}

    def begin(self, session: BoardSession, at: datetime, moment: SoundMoment | None) -> None:
        """Start the decoders of a scene that is being shown; does nothing for one without a clip.

        Args:
            session: the play.
            at: now; a clip that is shown late begins where it would be.
            moment: of the sound that it goes with.
        """
        item = session.item
        begin = find_begin(item, at, moment, mono_s())
        film = None if item.scene is None else find_film(item.scene)
        if film is None or session.id in self._decoders:
            return
        groups: dict[Size, list[str]] = {}
        for face in session.faces:
            left, top, right, bottom = place_box(film.box, self._sizes[face])
            groups.setdefault((right - left, bottom - top), []).append(face)
        self._decoders[session.id] = [
            asyncio.create_task(
                self._decode(session, faces, size, begin), name=f"clip of {session.id}"
            )
            for size, faces in groups.items()
        ]

    def keep_only(self, lanes: Iterable[FaceLane]) -> None:
        """End the decoders of what these faces neither show nor wait for."""
        sessions = [one for lane in lanes for one in (lane.session, lane.pending)]
        ids = {session.id for session in sessions if session is not None}
        for session_id in [one for one in self._decoders if one not in ids]:
            for task in self._decoders.pop(session_id):
                task.cancel()

    async def stop(self) -> None:
        """End all decoders."""
        decoders, self._decoders = self._decoders, {}
        for task in [task for tasks in decoders.values() for task in tasks]:
            await end_task(task)

    async def _decode(
        self, session: BoardSession, faces: list[str], size: Size, begin: ClipBegin
    ) -> None:
        try:
            film = build_film(session.item, size, begin.offset_ms)
            await self._run(session, faces, film, begin.mono_s)
        except AgentError as error:
            detail = f"{error.subject}: {error.hint}"
            with contextlib.suppress(PlayError):  # the board process is gone
                self._send(ClipFailed(session.id, faces, error.code, detail), None)

    async def _run(
        self, session: BoardSession, faces: list[str], film: Film, begin_mono_s: float | None
    ) -> None:
        """Decode one clip to its end.

        Raises:
            AgentError: it cannot be opened or decoded.
        """
        medium = film.medium
        fd = await self._media.open(Digest(medium.sha256), medium.bytes)
        try:
            clip = AddClip(session.id, faces, *film.size, film.fps, film.frames, begin_mono_s)
            process = await self._start(clip, film, fd)
        finally:
            os.close(fd)
        try:
            stderr, code = await asyncio.gather(read_stderr(process), process.wait())
        finally:
            kill_process(process)
            await process.wait()
        # By a broken pipe it ends when the board shows something else: no failure.
        if code and b"Broken pipe" not in stderr:
            detail = stderr.decode(errors="replace").strip()[-DETAIL_CHARS:]
            raise PlayError("E_DECODE", f"ffmpeg {code}", detail)

    async def _start(self, clip: AddClip, film: Film, fd: int) -> Process:
        read_fd, write_fd = os.pipe()
        try:
            with contextlib.suppress(PermissionError):  # many pipes are open: it stays small
                fcntl.fcntl(write_fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            argv = confine_argv(CLIP_DECODER, decoder_argv(film, fd), [fd])
            process = await start_ffmpeg(argv, write_fd, media=[fd])
        except BaseException:
            os.close(read_fd)
            raise
        finally:
            os.close(write_fd)
        try:
            self._send(clip, read_fd)
        except PlayError as error:
            log.warning("%s: %s", clip.id, error)  # the supervisor reports its loss
            kill_process(process)
        return process


@dataclass(frozen=True)
class ClipBegin:
    """Where in a clip to begin, and the moment of that place; None: when it is shown."""

    offset_ms: int = 0
    mono_s: float | None = None


def find_begin(
    item: Item, at: datetime, moment: SoundMoment | None, now_mono_s: float
) -> ClipBegin:
    """Where a clip begins that is to be shown now, or with a sound that is still to come."""
    if moment is not None and moment.begin_mono_s > now_mono_s:
        return ClipBegin(moment.offset_ms)
    if moment is not None:
        sounded_ms = round((now_mono_s - moment.begin_mono_s) * 1000)
        return ClipBegin(moment.offset_ms + sounded_ms, now_mono_s)
    late_ms = round((at - item.start_at).total_seconds() * 1000)
    return ClipBegin(late_ms, now_mono_s) if late_ms > JOIN_MS else ClipBegin()


def build_film(item: Item, size: Size, offset_ms: int) -> Film:
    """What to decode of an item's clip.

    Raises:
        PlayError: E_MEDIA, its document does not list the medium.
    """
    element = None if item.scene is None else find_film(item.scene)
    media = {one.sha256: one for one in item.clips}
    if element is None or element.media not in media:
        raise PlayError("E_MEDIA", item.title, "its document does not list the clip")
    medium = media[element.media]
    limit_ms = round((item.end_at - item.start_at).total_seconds() * 1000) - offset_ms
    if element.loop is not True:  # one that is over shows its end
        offset_ms = max(0, min(offset_ms, medium.duration_ms - LAST_MS))
    return Film(element, medium, size, offset_ms, max(1, limit_ms))
