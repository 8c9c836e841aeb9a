"""Sound output through PortAudio (PyAudio), by callback; the device is selected by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drivers.audio.alsa_card import find_card
from drivers.audio.portaudio_device import find_device, list_devices
from drivers.audio.quiet_stderr import quiet_stderr
from drivers.errors import DeviceUnreachable
from drivers.interface import AudioDevice, Fill

if TYPE_CHECKING:  # an agent lists devices and plays nothing itself
    from drivers.audio.callback_thread import CallbackThread

BLOCK_FRAMES = 2_880  # 60 ms: a sound server's wake-ups are nearly all of what playing costs
CARD_BLOCK_FRAMES = 480


class PortAudioOutput:
    """One PortAudio stream, s16.

    Device indices shift with every hot-plug, and PortAudio lists devices once, at initialisation.
    So the name selects the device, and a card that is plugged in later needs a new process.

    Args:
        device: PortAudio's name of it, or the first part of that name up to ` (` or `: `.
        port: only the card at this link of `/dev/snd/by-path`; any port without.
    """

    def __init__(self, device: str, port: str | None = None) -> None:
        self.device = device
        self._port = port
        self.underflows = 0
        self._audio: Any = None
        self._stream: Any = None
        self._thread: CallbackThread | None = None

    def preferred_block(self) -> int:
        """60 ms, but 10 ms for a card that is addressed directly (`hw:`); see `AudioOutput`."""
        self._initialise()
        _, name = self._find(1)
        return CARD_BLOCK_FRAMES if "(hw:" in name else BLOCK_FRAMES

    def open(self, rate_hz: int, block_frames: int, fill: Fill, channels: int = 1) -> None:
        """See `AudioOutput.open`.

        Raises:
            DeviceUnreachable: no such device, it has not so many channels, or it cannot be opened.
        """
        import pyaudio

        from drivers.audio.callback_thread import CallbackThread

        self._initialise()
        index, _ = self._find(channels)
        proceed = pyaudio.paContinue
        thread = CallbackThread()

        def callback(
            _in: bytes | None, frames: int, times: Mapping[str, float], status: int
        ) -> tuple[bytes, int]:
            thread.keep_state()
            if status & pyaudio.paOutputUnderflow:
                self.underflows += 1
            # The clock's base differs from device to device (wall or monotonic); only the
            # difference within one callback is meaningful.
            lead_s = times["output_buffer_dac_time"] - times["current_time"]
            return fill(frames, lead_s), proceed

        try:
            with quiet_stderr():
                self._stream = self._audio.open(
                    rate=rate_hz,
                    channels=channels,
                    format=pyaudio.paInt16,
                    output=True,
                    output_device_index=index,
                    frames_per_buffer=block_frames,
                    stream_callback=callback,
                )
        except (OSError, ValueError) as error:
            raise DeviceUnreachable(self.device, "open", str(error)) from error
        self._thread = thread

    def is_running(self) -> bool:
        """False when the device is gone: PortAudio then stops without an exception."""
        return self._stream is not None and bool(self._stream.is_active())

    def retire(self) -> None:
        """See `AudioOutput.retire`."""
        if self._thread is not None:
            self._thread.is_retired = True

    def close(self) -> None:
        """Stop calling `fill` and release the device."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._audio is not None:
            self._audio.terminate()
            self._audio = None

    def _initialise(self) -> None:
        import pyaudio

        if self._audio is None:
            with quiet_stderr():
                self._audio = pyaudio.PyAudio()

    def _find(self, channels: int) -> tuple[int, str]:
        return find_device(self._audio, "Output", self.device, channels, self._place())

    def _place(self) -> str:
        """What the name of the card at the port holds, such as `(hw:1,`; nothing without a port."""
        if self._port is None:
            return ""
        card = find_card(self.device, self._port)
        if card is None:
            raise DeviceUnreachable(self.device, "find", f"no such card at {self._port}")
        return f"(hw:{card.index},"


def list_outputs() -> list[AudioDevice]:
    """The outputs that PortAudio finds now; call it in a separate process, see `list_devices`."""
    return list_devices("Output")
