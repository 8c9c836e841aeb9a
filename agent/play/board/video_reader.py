"""The confined ffmpeg that reads a capture card: one reader, a pipe of frames for each face."""

from __future__ import annotations

import contextlib
import fcntl
import os
from asyncio.subprocess import Process
from collections.abc import Mapping

from agent.contract.scene import FPS
from agent.play.board.scene_box import Size
from agent.play.decode.ffmpeg_process import start_ffmpeg
from agent.sandbox.profile import VIDEO_READER, confine_argv
from drivers.video_input import VideoStream

PIPE_BYTES = 1 << 18  # what waits in it is seen late


def reader_argv(stream: VideoStream, outputs: Mapping[int, Size]) -> list[str]:
    """The command line of ffmpeg: the card by descriptor in, RGB frames of each size out.

    What arrives keeps its shape, with black beside or above it.

    Args:
        stream: the opened card.
        outputs: descriptor that frames are written to → (width_px, height_px).
    """
    argv = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]
    argv += ["-protocol_whitelist", "file,pipe,fd", "-format_whitelist", stream.demuxer]
    argv += ["-codec_whitelist", ",".join(stream.codecs), "-fflags", "nobuffer"]
    argv += ["-analyzeduration", "0", "-fpsprobesize", "0", "-threads", "1"]
    for key, value in stream.options.items():
        argv += [f"-{key}", value]
    argv += ["-f", stream.demuxer, "-i", f"/proc/self/fd/{stream.fd}", "-filter_threads", "1"]
    for fd, (width_px, height_px) in outputs.items():
        room = f"{width_px}:{height_px}"
        whole = f"scale={room}:flags=area:force_original_aspect_ratio=decrease,format=rgb24"
        filters = f"fps={FPS}:start_time=0,{whole},pad={room}:(ow-iw)/2:(oh-ih)/2"
        argv += ["-map", "0:v:0", "-vf", filters, "-f", "rawvideo", "-pix_fmt", "rgb24"]
        argv += [f"pipe:{fd}"]
    return argv


class VideoReader:
    """One reading of a card, from its start to its end.

    Args:
        sizes: face → (width_px, height_px) of its frames.

    Attributes:
        pipes: face → read end of its pipe; who takes one out of here owns it.
    """

    def __init__(self, sizes: Mapping[str, Size]) -> None:
        self._sizes = dict(sizes)
        self.pipes: dict[str, int] = {}
        self.process: Process

    async def start(self, stream: VideoStream) -> None:
        """Start it; the descriptor of the card is closed here in any case.

        Raises:
            PlayError: E_DECODE, ffmpeg is missing.
        """
        ends: dict[int, Size] = {}
        try:
            for face, size in self._sizes.items():
                self.pipes[face], write_fd = os.pipe()
                ends[write_fd] = size
                with contextlib.suppress(PermissionError):  # many pipes are open: it stays small
                    fcntl.fcntl(write_fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            devices = [stream.fd] if stream.is_device else []
            argv = confine_argv(VIDEO_READER, reader_argv(stream, ends), [stream.fd], devices)
            first = next(iter(ends))
            self.process = await start_ffmpeg(argv, first, media=[stream.fd, *ends])
        except BaseException:
            self.close()
            raise
        finally:
            for fd in (stream.fd, *ends):
                os.close(fd)

    def close(self) -> None:
        """Release the pipes that nobody has taken."""
        pipes, self.pipes = self.pipes, {}
        for fd in pipes.values():
            os.close(fd)
