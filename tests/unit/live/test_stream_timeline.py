"""What is written for the decoder, and when: each packet keeps its place in time."""

from __future__ import annotations

from collections import deque

from agent.contract.live_segment import LiveSegment
from agent.live.stream_timeline import LATE_S, PREROLL_US, SILENCE, StreamTimeline

AT = 1_795_334_400_000_000
MONO = 500.0


def segment(seq: int, packets: int = 10, at_us: int | None = None) -> LiveSegment:
    at_us = AT + seq * 200_000 if at_us is None else at_us
    return LiveSegment(seq, at_us, tuple(bytes([seq, n]) for n in range(packets)), bytes(32))


def timeline(first_us: int = AT) -> StreamTimeline:
    return StreamTimeline(first_us, MONO, AT)


def test_the_beginning_is_written_behind_silence_that_the_decoder_leaves_out() -> None:
    line = timeline()
    packets = line.take(deque([segment(0)]), MONO - 1)
    lead = PREROLL_US // 20_000
    assert packets == [SILENCE] * lead + list(segment(0).packets)
    assert line.skip_frames == PREROLL_US * 48 // 1000
    assert (line.counts.heard, line.counts.lost, line.counts.late) == (1, 0, 0)


def test_who_joins_in_the_middle_of_a_packet_hears_the_sample_of_that_moment() -> None:
    line = timeline(AT + 307_000)
    packets = line.take(deque([segment(0), segment(1)]), MONO - 1)
    assert packets == [*segment(0).packets, *segment(1).packets][11:]  # 220 ms, 87 ms before
    assert line.skip_frames == 87 * 48


def test_a_missing_segment_is_silence_of_its_length() -> None:
    line = timeline()
    line.take(deque([segment(0)]), MONO - 1)
    assert line.take(deque([segment(2)]), MONO - 1) == [SILENCE] * 10 + list(segment(2).packets)
    assert (line.counts.heard, line.counts.lost) == (2, 1)


def test_silence_is_written_shortly_before_it_sounds_and_no_earlier() -> None:
    line = timeline()
    line.take(deque([segment(0)]), MONO - 1)
    assert line.take(deque(), MONO + 0.2 - LATE_S - 0.001) == []
    assert line.take(deque(), MONO + 0.2 - LATE_S + 0.03) == [SILENCE] * 2


def test_what_comes_behind_its_silence_is_late_and_its_rest_keeps_its_place() -> None:
    line = timeline()
    line.take(deque([segment(0)]), MONO - 1)
    line.take(deque(), MONO + 0.4 - LATE_S - 0.03)  # segment 1 but its last packet is past
    assert line.take(deque([segment(1)]), MONO) == [segment(1).packets[9]]
    line.take(deque(), MONO + 0.6 - LATE_S)
    assert set(line.take(deque([segment(2)]), MONO + 1)) == {SILENCE}
    assert (line.counts.heard, line.counts.late) == (2, 1)


def test_a_moment_that_is_far_ahead_costs_no_memory_and_the_voice_goes_on() -> None:
    line = timeline()
    line.take(deque([segment(0)]), MONO - 1)
    year_us = 365 * 86_400 * 1_000_000
    assert line.take(deque([segment(1, at_us=AT + year_us)]), MONO - 1) == []
    assert line.take(deque([segment(2)]), MONO - 1) == [SILENCE] * 10 + list(segment(2).packets)
    assert (line.counts.heard, line.counts.lost) == (2, 1)


def test_the_end_alone_is_no_segment_of_sound() -> None:
    line = timeline()
    line.take(deque([segment(0)]), MONO - 1)
    end = LiveSegment(1, AT + 200_000, (), bytes(32), is_end=True)
    assert line.take(deque([end]), MONO - 1) == []
    assert line.counts.heard == 1


def test_a_clock_that_was_set_moves_when_silence_must_take_the_place_of_what_is_missing() -> None:
    line = timeline()
    before_s = line.deadline_mono_s
    line.move(0.25)
    assert line.deadline_mono_s == before_s + 0.25
