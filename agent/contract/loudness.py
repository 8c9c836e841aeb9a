"""The loudness of a medium (EBU R 128), and the gain that levels it. Box and centre share it.

-16 LUFS: 7 dB above the broadcast's -23, because speech outdoors competes with traffic and a horn's
amplifier has no reserve to spare. No sound leaves above -1 dBTP: where the gain would raise a peak
above it, a look-ahead limiter holds the peak, by 6 dB at most; that is more than speech with its
peaks at full scale needs, and less than what is heard as pumping. A gain is never above 20 dB: what
is quieter still is a failed recording, and its noise would be raised with it.

What nobody can measure first is levelled as it sounds, and counts against a cap as the loudest that
its leveller lets through of speech and music.
"""

from __future__ import annotations

from dataclasses import dataclass

TARGET_LUFS = -16.0
PEAK_DBTP = -1.0
MOST_GAIN_DB = 20.0
MOST_LIMITED_DB = 6.0
BLANK_LUFS = -60.0  # quieter than the room noise of a recording
# A radio, at the gateway and on a box: ffmpeg's slow compressor brings what is louder than -20 dBFS
# (RMS) near that level, the make-up gain brings it to the level of the other media; a limiter
# follows. Noise and speech of -9 to -20 LUFS leave it at -15.3 to -19.3, single tones at up to -13.
RADIO_MAKE_UP_DB = 7
RADIO_LEVELLER = (
    "acompressor=threshold=-20dB:ratio=8:knee=6:attack=500:release=5000:detection=rms"
    f":makeup=1,volume={RADIO_MAKE_UP_DB}dB"
)
RADIO_LUFS = -13.0  # pulled by the box from a host that nobody has signed for: tones count too
LIVE_LUFS = -15.0  # voices leave the studio's leveller at -15 to -18, see `central.live`
SPEECH_LUFS = -14.5  # the box's own reading, captured in three dialects: -14.5 to -15.6


@dataclass(frozen=True)
class Loudness:
    """As measured once, from the whole medium.

    Args:
        lufs: integrated; -70 and below: no sound.
        peak_dbtp: true peak.
        is_clipped: runs of samples at full scale: it was recorded or converted too loud.
    """

    lufs: float
    peak_dbtp: float
    is_clipped: bool = False

    @property
    def is_blank(self) -> bool:
        """Is there nothing to hear?"""
        return self.lufs < BLANK_LUFS

    @property
    def gain_db(self) -> float:
        """The gain that levels it; 0 for a blank one."""
        if self.is_blank:
            return 0.0
        wanted_db = min(TARGET_LUFS - self.lufs, MOST_GAIN_DB)
        return round(min(wanted_db, max(0.0, self._room_db + MOST_LIMITED_DB)), 1)

    @property
    def is_limited(self) -> bool:
        """Does that gain raise a peak above the ceiling, so that it needs the limiter?"""
        return self.gain_db > max(0.0, self._room_db)

    @property
    def _room_db(self) -> float:
        return PEAK_DBTP - self.peak_dbtp

    @property
    def levelled_lufs(self) -> float:
        """Its loudness with that gain."""
        return self.lufs + self.gain_db
