"""The moments of packets of 20 ms from a device whose clock, or whose computer, is not perfect."""

from __future__ import annotations

from central.live.packet_clock import PacketClock

AT = 1_795_334_400_000_000
LATE_US = 43_000  # encoder, and the processor's turns


def test_a_microphone_whose_clock_drifts_is_held_to_the_computers() -> None:
    for drift, step in ((300, 20_000), (-300, -20_000)):  # parts in a million, much
        clock = PacketClock(AT, is_paced=True)
        stamps = []
        for n in range(20_000):
            arrived_us = AT + 40_000 + round(n * 20_000 * (1 + drift / 1e6)) + n % 7 * 900
            stamps.append((clock.stamp(arrived_us), arrived_us))
        kept = [(stamp, arrived) for stamp, arrived in stamps if stamp is not None]
        assert max(abs(arrived - stamp - 43_000) for stamp, arrived in kept) < 70_000
        lost = sum(stamp is None for stamp, _ in stamps)
        assert (lost > 0) is (step < 0)


class Microphone:
    """Delivers packets in time, each some milliseconds late."""

    def __init__(self) -> None:
        self.clock = PacketClock(AT, is_paced=True)
        self.number = 0
        self.behind_us = 0
        self.stamps: list[tuple[int | None, int]] = []

    def deliver(self, packets: int, held_us: int = 0) -> None:
        """`held_us` after the time of the last of them, all at once."""
        last_us = (self.number + packets - 1) * 20_000
        for _ in range(packets):
            due_us = self.number * 20_000 + self.number % 7 * 900
            come_us = AT + LATE_US + self.behind_us + (last_us + held_us if held_us else due_us)
            self.stamps.append((self.clock.stamp(come_us), come_us))
            self.number += 1

    def off_ms(self) -> list[float]:
        """How much earlier than usual each packet was stamped, of those that were kept."""
        return [(come - stamp - LATE_US) / 1000 for stamp, come in self.stamps if stamp is not None]


def test_sound_that_a_device_has_lost_is_a_gap_within_a_second_and_not_an_ever_later_voice() -> (
    None
):
    microphone = Microphone()
    microphone.deliver(500)
    microphone.behind_us = 300_000
    microphone.deliver(150)
    assert all(abs(off) < 30 for off in microphone.off_ms()[-80:])
    assert all(stamp is not None for stamp, _ in microphone.stamps)


def test_a_clock_that_was_set_back_costs_one_gap() -> None:
    microphone = Microphone()
    microphone.deliver(500)
    microphone.behind_us = -300_000
    microphone.deliver(150)
    assert all(abs(off) < 30 for off in microphone.off_ms()[-60:])
    lost = [number for number, (stamp, _) in enumerate(microphone.stamps) if stamp is None]
    assert lost == list(range(lost[0], lost[0] + 15))


def test_a_computer_that_was_held_up_changes_no_moment() -> None:
    microphone = Microphone()
    microphone.deliver(500)
    microphone.deliver(100, held_us=40_000)  # two seconds at once
    microphone.deliver(500)
    moments = [stamp for stamp, _ in microphone.stamps]
    assert moments == [AT + number * 20_000 for number in range(1_100)]
