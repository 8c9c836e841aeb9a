"""A capture card on Linux (HDMI or composite, USB or on the board): V4L2, read by ffmpeg."""

from __future__ import annotations

import os

from drivers.errors import DeviceFault, DeviceUnreachable, UnsupportedFeature
from drivers.video.v4l2_ioctl import query_capability, query_signal, query_size
from drivers.video_input import VideoReading, VideoStream

CODECS = ("rawvideo", "mjpeg")


class V4l2Input:
    """A `VideoInput`; see there.

    Args:
        name: what the station-config and the signed entry call it.
        path: of the device, best below `/dev/v4l/by-id` or `/dev/v4l/by-path`.
        size: `1280x720`, of the pictures that the card is asked for; its own choice without.
        fps: pictures a second that the card is asked for; its own choice without.
        form: `yuyv422` or `mjpeg`, ffmpeg's name of how it sends them; its own choice without.
    """

    def __init__(
        self,
        name: str = "video input",
        *,
        path: str,
        size: str | None = None,
        fps: int | None = None,
        form: str | None = None,
    ) -> None:
        self.name = name
        self._path = path
        wanted = {"video_size": size, "framerate": fps, "input_format": form}
        self._options = {key: str(value) for key, value in wanted.items() if value is not None}
        if size is not None and not _is_size(size):
            raise UnsupportedFeature(name, "load", f"size: {size!r} is not such as 1280x720")

    def open(self) -> VideoStream:
        """See `VideoInput.open`."""
        fd, _ = self._open()
        try:
            has_signal = query_signal(fd)
        except OSError as error:
            os.close(fd)
            raise DeviceUnreachable(self.name, "open", str(error)) from error
        if has_signal is False:
            os.close(fd)
            raise DeviceFault(self.name, "open", "no signal")
        return VideoStream(
            fd=fd, demuxer="v4l2", codecs=CODECS, options=self._options, is_device=True
        )

    def look(self) -> VideoReading:
        """See `VideoInput.look`."""
        fd, model = self._open()
        try:
            return VideoReading(model=model, has_signal=query_signal(fd), size=query_size(fd))
        except OSError as error:
            raise DeviceUnreachable(self.name, "look", str(error)) from error
        finally:
            os.close(fd)

    def _open(self) -> tuple[int, str]:
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DeviceUnreachable(self.name, "open", str(error)) from error
        try:
            found = query_capability(fd)
        except OSError as error:
            os.close(fd)
            raise UnsupportedFeature(self.name, "open", f"no video device: {error}") from error
        if not found.is_capture:
            os.close(fd)
            raise UnsupportedFeature(self.name, "open", f"{found.card} captures no pictures")
        return fd, found.card


def _is_size(text: str) -> bool:
    width, _, height = text.partition("x")
    return all(part.isdecimal() and 1 <= int(part) <= 8192 for part in (width, height))
