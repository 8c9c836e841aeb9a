"""One capture card: read while faces want it, and read anew whenever its pictures have ended.

A face shows the picture once there is one. So a card that is pulled out, or to which nothing comes,
leaves the item's own picture on the wall, and no frame of it is missed for the attempts to read it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import termios
from collections.abc import Callable, Iterable, Mapping

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.board.scene_box import Size
from agent.play.board.video_reader import VideoReader
from agent.play.decode.decoder import DETAIL_CHARS, read_stderr
from agent.play.process_end import kill_process
from agent.play.task_end import end_task
from drivers.errors import DriverError
from drivers.video_input import VideoInput

log = logging.getLogger(__name__)
KIND = "live_picture_lost"
FIRST_S = 5.0  # so long a card may take to its first picture
RETRY_S = 5.0
BEHIND_S = 0.2  # so much later it is seen: what is shown as it comes is late at each hitch
NOBODY_READS = "Broken pipe"
FaultSink = Callable[[str, str, str | None], None]


class VideoFeed:
    """Reads one card for some faces.

    Args:
        name: what the station-config and the signed entry call it.
        video: its driver.
        sizes: (width_px, height_px) of the board's faces.
        on_fault: called with (kind, name, hint); hint None when the fault is over.
        changed: called when it has a picture, or none any more.

    Attributes:
        begin_mono_s: the moment of the first frame in the pipes.
    """

    def __init__(
        self,
        name: str,
        video: VideoInput,
        sizes: Mapping[str, Size],
        on_fault: FaultSink,
        changed: Callable[[], None],
    ) -> None:
        self.name = name
        self.begin_mono_s = 0.0
        self._video = video
        self._sizes = sizes
        self._on_fault = on_fault
        self._changed = changed
        self._faces: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        self._reader: VideoReader | None = None
        self._why_over: asyncio.Future[str] | None = None
        self._taken: dict[str, str] = {}  # face → session that has its pipe

    def want(self, faces: frozenset[str]) -> None:
        """Read it for these faces from now on; for none: not at all."""
        if faces == self._faces:
            return
        self._faces = faces
        former, self._task = self._task, None
        if former is not None:
            former.cancel()
        if faces or former is not None:
            name = f"video input {self.name}"
            self._task = asyncio.create_task(self._run(former, sorted(faces)), name=name)

    def has_picture(self, face: str) -> bool:
        """Is there a picture for this face?"""
        reader = self._reader
        return reader is not None and (face in reader.pipes or face in self._taken)

    def take(self, face: str, session_id: str) -> int | None:
        """The pipe of a face's frames, owned by the caller; None: the session has it already."""
        if self._reader is None or self._taken.get(face) == session_id:
            return None
        if (fd := self._reader.pipes.pop(face, None)) is None:
            self.read_anew("another showing wants it")  # a pipe cannot be given twice
            return None
        self._taken[face] = session_id
        return fd

    def read_anew(self, why: str) -> None:
        """Its pictures do not come any more, or not where they are wanted: read it anew."""
        if self._why_over is not None and not self._why_over.done():
            self._why_over.set_result(why)

    async def stop(self) -> None:
        """Read it no more."""
        self._faces = frozenset()
        if self._task is not None:
            task, self._task = self._task, None
            await end_task(task)

    async def _run(self, former: asyncio.Task[None] | None, faces: list[str]) -> None:
        """Read it for these faces until cancelled; one program at a time may read a card."""
        try:
            if former is not None:
                await end_task(former)
            while faces:
                why = await self._read(faces)
                log.info("%s: %s", self.name, why)
                if NOBODY_READS not in why:  # the face shows something else, a moment ago
                    self._on_fault(KIND, self.name, why)
                await asyncio.sleep(RETRY_S)
        finally:
            self._on_fault(KIND, self.name, None)

    async def _read(self, faces: list[str]) -> str:
        """Read it once, from its first picture to its last; returns why it has ended."""
        reader = VideoReader({face: self._sizes[face] for face in faces})
        try:
            await reader.start(await asyncio.to_thread(self._video.open))
        except (DriverError, PlayError) as error:
            return str(error)
        ended = asyncio.create_task(_wait_end(reader), name=f"reader of {self.name}")
        try:
            if not await _wait_pictures(reader.pipes.values(), ended):
                return ended.result() if ended.done() else f"no picture within {FIRST_S:g} s"
            return await self._show(reader, ended)
        finally:
            self._reader, self._why_over = None, None
            self._taken.clear()
            self._changed()
            kill_process(reader.process)
            await asyncio.wait([ended])
            reader.close()

    async def _show(self, reader: VideoReader, ended: asyncio.Task[str]) -> str:
        """Its pictures may be shown until it ends; returns why."""
        self._why_over = asyncio.get_running_loop().create_future()
        self._reader, self.begin_mono_s = reader, mono_s() + BEHIND_S
        self._on_fault(KIND, self.name, None)
        self._changed()
        await asyncio.wait([ended, self._why_over], return_when=asyncio.FIRST_COMPLETED)
        return self._why_over.result() if self._why_over.done() else ended.result()


async def _wait_end(reader: VideoReader) -> str:
    stderr, code = await asyncio.gather(read_stderr(reader.process), reader.process.wait())
    detail = stderr.decode(errors="replace").strip()[-DETAIL_CHARS:]
    return detail or f"its reader has ended ({code})"


async def _wait_pictures(fds: Iterable[int], ended: asyncio.Task[str]) -> bool:
    """Wait for the first picture in each pipe; False: none came, or the reader has ended."""
    waiting = asyncio.ensure_future(_wait_each(list(fds)))
    try:
        await asyncio.wait([waiting, ended], timeout=FIRST_S, return_when=asyncio.FIRST_COMPLETED)
        return waiting.done() and waiting.result()
    finally:
        await end_task(waiting)


async def _wait_each(fds: list[int]) -> bool:
    loop = asyncio.get_running_loop()
    for fd in fds:
        ready = asyncio.Event()
        loop.add_reader(fd, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(fd)
        if not _count_bytes(fd):
            return False  # its other end is closed
    return True


def _count_bytes(fd: int) -> int:
    data = bytearray(4)
    fcntl.ioctl(fd, termios.FIONREAD, data)
    return int.from_bytes(data, "little")
