"""One sound in the mixer: its source, gain, channels, and how much of it was heard."""

from __future__ import annotations

from typing import Literal

from agent.contract.priority import Level
from agent.play.decode.pcm import FRAME_BYTES, Ring, Samples, SampleSource
from agent.play.ipc import Channels, Load
from agent.play.sound.envelope import GainEnvelope, linear_of
from agent.play.sound.mix import Gains, Mix
from agent.play.sound.steering import Steering

Why = Literal["end", "stopped", "starved"]

AHEAD_MS = 300  # of decoded sound: a few milliseconds of work for a decoder that has time
STARVED_LIMIT_S = 3.0
FADE_BACK_S = 0.010


class Slot:
    """Waits for its moment, sounds, fades out, ends.

    Under-run: silence is inserted and the samples that arrive late are skipped, so that the
    position stays right; of a live source and of an alarm they are played. The sound fades back in
    within 10 ms.
    Before its first sample a slot waits.

    Args:
        load: id, level, gain, fade and channels.
        source: where samples come from.
        rate_hz: frames a second.
        channels: of the device; what `load` names beyond them is not heard.

    Attributes:
        heard: frames of its sound that went to the device.
        missing: frames of silence in it because source or device were late; a live source is
            played late instead.
        steering: keeps it in step with the shared clock.
    """

    def __init__(self, load: Load, source: SampleSource, rate_hz: int, channels: int) -> None:
        self.id = load.id
        self.level = load.level
        self.source = source
        self.start_at_s: float | None = None  # CLOCK_MONOTONIC; None: not set yet
        self.after: str | None = None  # the slot whose end it waits for
        self.not_before = 0  # frame
        self.sounding = False
        self.heard = 0
        self.missing = 0
        self.gaps = 0
        self.why: Why | None = None
        self._rate_hz = rate_hz
        self._envelope = GainEnvelope(load.gain_db, load.fade_in_ms * rate_hz // 1000)
        self._device_channels = channels
        self._gains = gains_of(load.channels, channels)
        self._late = 0  # frames to be skipped as soon as they come
        self._dry = 0  # frames without a sample, in a row
        may_jump = load.level < Level.EMERGENCY  # no word of an alarm is lost
        self.steering = Steering(rate_hz, may_jump=may_jump, is_on=not source.is_live)

    @property
    def stopping(self) -> bool:
        """Is it fading out? Then it no longer counts when levels are compared."""
        return self._envelope.is_fading_out

    @property
    def has_sound(self) -> bool:
        """May it begin: is there a first sample, or nothing to wait for?

        A slot waits for its decoder; below emergencies until that is a little ahead, because one
        that has just begun is not steady yet: the sound would break in its first second.
        """
        source = self.source
        if not isinstance(source, Ring) or source.remaining is not None:
            return True
        is_at_once = source.is_live or self.level >= Level.EMERGENCY
        return source.available >= (1 if is_at_once else self._rate_hz * AHEAD_MS // 1000)

    def set_gain(self, gain_db: float, channels: Channels | None) -> None:
        """Reach a new gain within one block; new channels from the next block on."""
        self._envelope.set_gain(gain_db, at_once=not self.sounding)
        if channels is not None:
            self._gains = gains_of(channels, self._device_channels)

    def fade_out(self, frames: int, delay: int = 0) -> None:
        """Fade out over `frames`, beginning `delay` frames into the next block.

        A slot that is already fading keeps its fade, unless the new one ends sooner.
        """
        self._envelope.fade_out(frames, delay)

    def skip(self, frames: int) -> None:
        """Skip frames: the device has fallen behind the timeline. A live source has none."""
        self.gaps += 1
        if self.source.is_live:
            return
        self.missing += frames
        self._late += frames
        self.steering.catch_up(frames)
        self._fade_back()

    def copy(self, frames: int) -> Samples | None:
        """This block unchanged from the source; None when it needs mixing, or may be the last."""
        if not self._envelope.is_flat or self._gains or self._late or self.steering.is_jumping:
            return None
        if self.source.available <= frames + 1:  # one more may be needed for a correction
            return None
        self.heard += frames
        return self.steering.read(self.source, frames)

    def render(self, mix: Mix, frames: int, offset: int) -> int | None:
        """Add its share to a block of `frames` from `offset` on; the frame after its last, if any.

        Sets `why` when it ends.
        """
        room = frames - offset
        left = self._envelope.frames_left
        wanted = room if left is None else min(room, left)
        samples = self._pull(wanted)
        got = len(samples) // FRAME_BYTES
        if got:
            self.heard += got
            self._dry = 0
            mix.add(self._envelope.apply(samples, room), offset, self._gains)
        self._envelope.reach_gain()
        if left is not None and left <= room:
            return self._end("stopped", offset + wanted)
        if self.source.finished:
            return self._end("end", offset + got)
        if got < wanted:
            return self._starve(wanted - got, offset + wanted)
        return None

    def _pull(self, frames: int) -> Samples:
        if self.source.is_live and self.source.available:
            self._late = 0
        while self._late:
            skipped = len(self.source.read(min(self._late, self._rate_hz))) // FRAME_BYTES
            if not skipped:
                break
            self._late -= skipped
        samples = self.steering.read(self.source, frames)
        if self.steering.overdue:
            self._late += self.steering.overdue
            self.steering.overdue = 0
            self._fade_back()
        return samples

    def _starve(self, missing: int, end: int) -> int | None:
        if not (self._late or self._dry):
            self.gaps += 1
        self.missing += 0 if self.source.is_live else missing
        self._dry += missing
        if self.level < Level.EMERGENCY:
            self._late += missing
        self._fade_back()
        if self._dry >= STARVED_LIMIT_S * self._rate_hz:
            return self._end("starved", end)
        if self.stopping:
            return self._end("stopped", end)
        return None

    def _fade_back(self) -> None:
        self._envelope.fade_in(int(FADE_BACK_S * self._rate_hz))

    def _end(self, why: Why, at: int) -> int:
        self.why = why
        self.source.close()
        return at


def gains_of(channels: Channels, count: int) -> Gains:
    """Factors by channel of the device; none where every channel sounds alike."""
    if not channels:
        return ()
    return [linear_of(channels[n]) if n in channels else 0.0 for n in range(count)]
