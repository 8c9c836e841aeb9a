"""Sound input through PortAudio (PyAudio), by blocking reads; the device is selected by its name.

Blocking reads need no thread of PortAudio's own, so that the process that captures can be confined
after `open`. A device that is pulled out raises at the next read, or never answers again: its
process is disposable.
"""

from __future__ import annotations

from typing import Any

from drivers.audio.portaudio_device import find_device, list_devices
from drivers.audio.quiet_stderr import quiet_stderr
from drivers.errors import DeviceUnreachable
from drivers.interface import AudioDevice

CHANNELS = 1


class PortAudioInput:
    """One PortAudio stream of a microphone or line-in, s16 mono.

    Args:
        device: PortAudio's name of it, or the first part of that name up to ` (` or `: `.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self._audio: Any = None
        self._stream: Any = None
        self._block_frames = 0

    def open(self, rate_hz: int, block_frames: int) -> None:
        """See `AudioInput.open`.

        Raises:
            DeviceUnreachable: no such device, or it cannot be opened.
        """
        import pyaudio

        self._block_frames = block_frames
        try:
            with quiet_stderr():
                self._audio = pyaudio.PyAudio()
                index, _ = find_device(self._audio, "Input", self.device, CHANNELS)
                self._stream = self._audio.open(
                    rate=rate_hz,
                    channels=CHANNELS,
                    format=pyaudio.paInt16,
                    input=True,
                    input_device_index=index,
                    frames_per_buffer=block_frames,
                )
        except (OSError, ValueError) as error:
            raise DeviceUnreachable(self.device, "open", str(error)) from error

    def read(self) -> bytes:
        """See `AudioInput.read`.

        Raises:
            DeviceUnreachable: the device is gone.
        """
        try:
            block: bytes = self._stream.read(self._block_frames, exception_on_overflow=False)
        except OSError as error:
            raise DeviceUnreachable(self.device, "read", str(error)) from error
        return block

    def close(self) -> None:
        """Release the device."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._audio is not None:
            self._audio.terminate()
            self._audio = None


def list_inputs() -> list[AudioDevice]:
    """The inputs that PortAudio finds now; call it in a separate process, see `list_devices`."""
    return list_devices("Input")
