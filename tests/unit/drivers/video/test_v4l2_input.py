"""What a capture card says of itself, by the structures of linux/videodev2.h."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest

from drivers.errors import DeviceFault, DeviceUnreachable, UnsupportedFeature
from drivers.registry import load_video_input
from drivers.video import v4l2_ioctl

# The numbers of the requests as `cpp` gives them for linux/videodev2.h on x86-64.
QUERYCAP, G_FMT, G_INPUT, ENUMINPUT = 0x8068_5600, 0xC0D0_5604, 0x8004_5626, 0xC050_561A
CAPTURE, STREAMING, OF_DEVICE, OUTPUT = 0x1, 0x0400_0000, 0x8000_0000, 0x2
NO_SIGNAL = 0x2


class FakeKernel:
    """Answers the four requests of one device."""

    def __init__(self) -> None:
        self.device = CAPTURE | STREAMING
        self.status: int | None = 0
        self.error: int | None = None

    def ioctl(self, _fd: int, request: int, data: bytearray) -> int:
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))
        if request == QUERYCAP:
            struct.pack_into("=16s32s", data, 0, b"uvcvideo", "Ghi hình HDMI".encode())
            struct.pack_into("=II", data, 84, self.device | OF_DEVICE | OUTPUT, self.device)
        elif request == G_INPUT:
            struct.pack_into("=i", data, 0, 3)
        elif request == ENUMINPUT:
            if self.status is None:
                raise OSError(errno.ENOTTY, "no such request")
            assert struct.unpack_from("=I", data) == (3,)
            struct.pack_into("=I", data, 56, self.status)
        elif request == G_FMT:
            assert struct.unpack_from("=I", data) == (1,)
            struct.pack_into("=II", data, 8, 1280, 720)
        else:
            raise AssertionError(hex(request))
        return 0


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> FakeKernel:
    fake = FakeKernel()
    monkeypatch.setattr(v4l2_ioctl.fcntl, "ioctl", fake.ioctl)
    return fake


@pytest.fixture
def path(tmp_path: Path) -> str:
    device = tmp_path / "video0"
    device.touch()
    return str(device)


def test_a_card_with_a_signal_is_opened_for_a_reader_as_the_settings_want_it(
    kernel: FakeKernel, path: str
) -> None:
    assert kernel.status == 0
    card = load_video_input("v4l2", name="hdmi-vao", path=path, size="1280x720", form="mjpeg")
    stream = card.open()
    os.close(stream.fd)
    assert (stream.demuxer, stream.is_device) == ("v4l2", True)
    assert stream.options == {"video_size": "1280x720", "input_format": "mjpeg"}
    found = card.look()
    assert (found.model, found.has_signal, found.size) == ("Ghi hình HDMI", True, (1280, 720))


def test_a_card_without_a_signal_says_so(kernel: FakeKernel, path: str) -> None:
    kernel.status = NO_SIGNAL
    card = load_video_input("v4l2", name="hdmi-vao", path=path)
    assert card.look().has_signal is False
    with pytest.raises(DeviceFault, match="no signal"):
        card.open()


def test_a_card_that_cannot_say_it_is_read_all_the_same(kernel: FakeKernel, path: str) -> None:
    kernel.status = None
    card = load_video_input("v4l2", name="hdmi-vao", path=path)
    assert card.look().has_signal is None
    os.close(card.open().fd)


def test_what_is_no_capture_card_is_refused(kernel: FakeKernel, path: str) -> None:
    kernel.device = OUTPUT | STREAMING
    with pytest.raises(UnsupportedFeature, match="captures no pictures"):
        load_video_input("v4l2", path=path).open()
    kernel.error = errno.ENOTTY
    with pytest.raises(UnsupportedFeature, match="no video device"):
        load_video_input("v4l2", path=path).look()


def test_a_card_that_is_pulled_out_is_named(path: str) -> None:
    with pytest.raises(DeviceUnreachable, match="hdmi-vao"):
        load_video_input("v4l2", name="hdmi-vao", path=f"{path}-gone").open()


@pytest.mark.parametrize("size", ["720p", "1280x", "0x720", "1280x720x2", "99999x1"])
def test_a_size_that_is_none_is_a_fault_of_the_settings(path: str, size: str) -> None:
    with pytest.raises(UnsupportedFeature, match="1280x720"):
        load_video_input("v4l2", path=path, size=size)
