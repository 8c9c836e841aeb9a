"""The door: a PIN opens it for five minutes; guessing is slow, and locks nobody out for ever."""

from __future__ import annotations

import pytest

from agent.page.pin_auth import Door, Notice, Session, is_same

PIN = "271828"
PHONE, OTHER, HOME = "192.168.10.7", "192.168.10.8", "127.0.0.1"


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def door(hand: Hand) -> Door:
    return Door(PIN, hand)


def entered(door: Door, peer: str = PHONE) -> Session:
    token = door.enter(PIN, peer)
    session = door.session(token, peer)
    assert session is not None
    return session


def test_without_a_pin_nobody_gets_in() -> None:
    door = Door(None)
    assert not door.has_pin
    with pytest.raises(PermissionError):
        door.enter("", PHONE)


def test_a_session_lasts_five_minutes_and_no_longer_however_it_is_used(
    door: Door, hand: Hand
) -> None:
    token = door.enter(PIN, PHONE)
    for _ in range(299):
        hand.at_s += 1
        assert door.session(token, PHONE) is not None
    hand.at_s += 1
    assert door.session(token, PHONE) is None


def test_a_session_is_its_own_addresss_alone_and_ends_when_left(door: Door) -> None:
    token = door.enter(PIN, PHONE)
    assert door.session(token, OTHER) is None
    assert door.session("no such token", PHONE) is None
    assert door.session(None, PHONE) is None
    door.leave(token)
    assert door.session(token, PHONE) is None


def test_no_two_sessions_share_a_token_and_only_the_newest_four_last(door: Door) -> None:
    tokens = [door.enter(PIN, PHONE) for _ in range(6)]
    assert len(set(tokens)) == 6
    alive = [door.session(token, PHONE) for token in tokens]
    assert [one is not None for one in alive] == [False, False, True, True, True, True]
    assert len({one.csrf for one in alive if one is not None}) == 4


def test_five_wrong_tries_are_free_then_each_waits_longer_ten_minutes_at_most(
    door: Door, hand: Hand
) -> None:
    waits: list[float] = []
    for _ in range(12):
        assert door.enter("000000", PHONE) is None
        waits.append(door.wait_s(PHONE))
        hand.at_s += waits[-1]
    assert waits == [0, 0, 0, 0, 30, 60, 120, 300, 600, 600, 600, 600]
    assert door.enter(PIN, PHONE) is not None
    assert door.enter("000000", PHONE) is None
    assert door.wait_s(PHONE) == 0  # a right PIN wipes the slate


def test_during_a_wait_a_right_pin_is_not_even_looked_at(door: Door, hand: Hand) -> None:
    for _ in range(5):
        door.enter("000000", PHONE)
    with pytest.raises(PermissionError):
        door.enter(PIN, PHONE)
    hand.at_s += 30
    assert door.enter(PIN, PHONE) is not None


def test_an_attacker_does_not_lock_out_another_phone_nor_end_its_session(door: Door) -> None:
    session = entered(door, OTHER)
    for _ in range(5):
        door.enter("000000", PHONE)
    assert door.wait_s(PHONE) > 0
    assert door.wait_s(OTHER) == 0
    assert door.left_s(session) == 300


def besieged(door: Door, hand: Hand, addresses: int = 8) -> None:
    """So many addresses try until each must wait, and the network has tried too often."""
    for number in range(addresses):
        peer = f"192.168.10.{number + 10}"
        while door.wait_s(peer) == 0:
            hand.at_s += 1
            assert door.enter("000000", peer) is None


def test_attack_113_what_other_addresses_guess_never_shuts_out_the_right_pin(
    door: Door, hand: Hand
) -> None:
    besieged(door, hand)
    for number in range(100):  # more than eight, and again and again
        assert door.enter("111111", f"192.168.20.{number}") is None
    assert door.wait_s(OTHER) == 0
    assert door.enter(PIN, OTHER) is not None


def test_attack_113_guessing_together_is_slower_than_guessing_alone(door: Door, hand: Hand) -> None:
    besieged(door, hand)
    tries = 0
    began_s = hand.at_s
    while hand.at_s < began_s + 24 * 3600:
        hand.at_s += 60
        for number in range(254):
            while door.wait_s(f"192.168.10.{number}") == 0:
                door.enter("000000", f"192.168.10.{number}")
                tries += 1
    assert tries <= 254 * 2 * 25  # two an hour for each, from the first hour to the last


def test_attack_113_an_address_that_was_right_before_and_the_box_keep_their_five_tries(
    door: Door, hand: Hand
) -> None:
    entered(door, OTHER)
    besieged(door, hand)
    for peer in (OTHER, HOME):
        for _ in range(4):
            assert door.enter("000000", peer) is None
        assert door.wait_s(peer) == 0
        assert door.enter(PIN, peer) is not None
    for _ in range(2):
        door.enter("000000", PHONE)
    assert door.wait_s(PHONE) == 3600


def test_attack_113_more_addresses_than_can_be_remembered_share_a_try_in_ten_seconds(
    door: Door, hand: Hand
) -> None:
    entered(door, OTHER)
    for number in range(1024):
        door.enter("000000", f"10.0.{number // 256}.{number % 256}")
    fresh = "10.1.0.1"
    assert door.enter("000000", fresh) is None
    assert door.wait_s(fresh) == door.wait_s("10.1.0.2") == 10
    with pytest.raises(PermissionError):
        door.enter(PIN, fresh)
    assert door.enter("000000", OTHER) is None  # known ones do not wait for strangers
    assert door.enter(PIN, OTHER) is not None
    assert door.enter(PIN, HOME) is not None
    assert len(door._peers) <= 1024
    hand.at_s += 3601
    assert door.enter(PIN, fresh) is not None


def test_what_a_deed_said_is_shown_for_a_while_and_a_failure_as_long_as_the_session(
    door: Door, hand: Hand
) -> None:
    session = entered(door)
    assert door.notice(session) is None
    door.tell(session, Notice("done.tone", ("nga-ba",)))
    assert door.notice(session) == Notice("done.tone", ("nga-ba",))
    hand.at_s += 15
    assert door.notice(session) is None
    door.tell(session, Notice("faults", ("1",), is_good=False))
    hand.at_s += 60
    assert door.notice(session) is not None


def test_secrets_are_compared_whole() -> None:
    assert is_same("abc", "abc")
    assert not is_same("ab", "abc")
    assert not is_same("á", "abc")
    assert not is_same(None, "")
