"""Of what the play of a radio consisted, as it was heard. Pure.

The relay process counts what it has written, a second ahead of its sound. The engine counts what it
played and what it had to bridge with silence, because the process hung or was late. The record says
what both together mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent.play.relay_ipc import RelayBeat

NOTHING_YET = RelayBeat(0, 0, 0, 0)


def count_heard(
    beats: Sequence[RelayBeat], lead_ms: int, heard_ms: int, missing_ms: int
) -> RelayBeat:
    """What was heard of it.

    What the process wrote after its last beat is counted as nothing: nobody knows what it was.

    Args:
        beats: the last ones of the process, in their order; each counts from the begin of the play.
        lead_ms: the silence before what the beats count.
        heard_ms: so much the engine played, that silence included.
        missing_ms: so much silence the engine put in, and left out as much of what came too late.
    """
    place_ms = max(0, heard_ms + missing_ms - lead_ms)
    told = _told_until(place_ms, beats)
    late_ms = max(0, missing_ms - (place_ms - _length_ms(told)))
    from_radio = min(late_ms, told.radio_ms)
    from_filler = min(late_ms - from_radio, told.filler_ms)
    from_silence = min(late_ms - from_radio - from_filler, told.silence_ms)
    return RelayBeat(
        told.radio_ms - from_radio,
        told.filler_ms - from_filler,
        told.silence_ms - from_silence + missing_ms + min(heard_ms, lead_ms),
        told.connections,
    )


def _told_until(place_ms: int, beats: Sequence[RelayBeat]) -> RelayBeat:
    """What the first `place_ms` consist of, as far as beats tell; even between two of them."""
    before = NOTHING_YET
    connections = beats[-1].connections if beats else 0
    for after in beats:
        if _length_ms(after) > place_ms:
            share = (place_ms - _length_ms(before)) / (_length_ms(after) - _length_ms(before))
            before = RelayBeat(
                _between(before.radio_ms, after.radio_ms, share),
                _between(before.filler_ms, after.filler_ms, share),
                _between(before.silence_ms, after.silence_ms, share),
                connections,
            )
            break
        before = after
    return msgspec.structs.replace(before, connections=connections)


def _length_ms(beat: RelayBeat) -> int:
    return beat.radio_ms + beat.filler_ms + beat.silence_ms


def _between(one: int, other: int, share: float) -> int:
    return one + round((other - one) * share)
