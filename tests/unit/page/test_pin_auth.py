"""The door: a PIN opens it for five minutes; guessing is slow, and locks nobody out for ever."""

from __future__ import annotations

import pytest

from agent.page.pin_auth import Notice, PinAuth, Session, is_same

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
def pin_auth(hand: Hand) -> PinAuth:
    return PinAuth(PIN, hand)


def entered(pin_auth: PinAuth, peer: str = PHONE) -> Session:
    token = pin_auth.enter(PIN, peer)
    session = pin_auth.session(token, peer)
    assert session is not None
    return session


def test_without_a_pin_no_session_is_opened() -> None:
    pin_auth = PinAuth(None)
    assert not pin_auth.has_pin
    with pytest.raises(PermissionError):
        pin_auth.enter("", PHONE)


def test_a_session_lasts_five_minutes_and_no_longer_however_it_is_used(
    pin_auth: PinAuth, hand: Hand
) -> None:
    token = pin_auth.enter(PIN, PHONE)
    for _ in range(299):
        hand.at_s += 1
        assert pin_auth.session(token, PHONE) is not None
    hand.at_s += 1
    assert pin_auth.session(token, PHONE) is None


def test_a_session_is_its_own_addresss_alone_and_ends_when_left(pin_auth: PinAuth) -> None:
    token = pin_auth.enter(PIN, PHONE)
    assert pin_auth.session(token, OTHER) is None
    assert pin_auth.session("no such token", PHONE) is None
    assert pin_auth.session(None, PHONE) is None
    pin_auth.leave(token)
    assert pin_auth.session(token, PHONE) is None


def test_no_two_sessions_share_a_token_and_only_the_newest_four_last(pin_auth: PinAuth) -> None:
    tokens = [pin_auth.enter(PIN, PHONE) for _ in range(6)]
    assert len(set(tokens)) == 6
    alive = [pin_auth.session(token, PHONE) for token in tokens]
    assert [one is not None for one in alive] == [False, False, True, True, True, True]
    assert len({one.csrf for one in alive if one is not None}) == 4


def test_five_wrong_tries_are_free_then_each_waits_longer_ten_minutes_at_most(
    pin_auth: PinAuth, hand: Hand
) -> None:
    waits: list[float] = []
    for _ in range(12):
        assert pin_auth.enter("000000", PHONE) is None
        waits.append(pin_auth.wait_s(PHONE))
        hand.at_s += waits[-1]
    assert waits == [0, 0, 0, 0, 30, 60, 120, 300, 600, 600, 600, 600]
    assert pin_auth.enter(PIN, PHONE) is not None
    assert pin_auth.enter("000000", PHONE) is None
    assert pin_auth.wait_s(PHONE) == 0  # a right PIN wipes the slate


def test_during_a_wait_a_right_pin_is_not_even_looked_at(pin_auth: PinAuth, hand: Hand) -> None:
    for _ in range(5):
        pin_auth.enter("000000", PHONE)
    with pytest.raises(PermissionError):
        pin_auth.enter(PIN, PHONE)
    hand.at_s += 30
    assert pin_auth.enter(PIN, PHONE) is not None


def test_an_attacker_does_not_lock_out_another_phone_nor_end_its_session(pin_auth: PinAuth) -> None:
    session = entered(pin_auth, OTHER)
    for _ in range(5):
        pin_auth.enter("000000", PHONE)
    assert pin_auth.wait_s(PHONE) > 0
    assert pin_auth.wait_s(OTHER) == 0
    assert pin_auth.left_s(session) == 300


def besieged(pin_auth: PinAuth, hand: Hand, addresses: int = 8) -> None:
    """So many addresses try until each must wait, and the network has tried too often."""
    for number in range(addresses):
        peer = f"192.168.10.{number + 10}"
        while pin_auth.wait_s(peer) == 0:
            hand.at_s += 1
            assert pin_auth.enter("000000", peer) is None


def test_attack_113_what_other_addresses_guess_never_shuts_out_the_right_pin(
    pin_auth: PinAuth, hand: Hand
) -> None:
    besieged(pin_auth, hand)
    for number in range(100):  # more than eight, and again and again
        assert pin_auth.enter("111111", f"192.168.20.{number}") is None
    assert pin_auth.wait_s(OTHER) == 0
    assert pin_auth.enter(PIN, OTHER) is not None


def test_attack_113_guessing_together_is_slower_than_guessing_alone(
    pin_auth: PinAuth, hand: Hand
) -> None:
    besieged(pin_auth, hand)
    tries = 0
    began_s = hand.at_s
    while hand.at_s < began_s + 24 * 3600:
        hand.at_s += 60
        for number in range(254):
            while pin_auth.wait_s(f"192.168.10.{number}") == 0:
                pin_auth.enter("000000", f"192.168.10.{number}")
                tries += 1
    assert tries <= 254 * 2 * 25  # two an hour for each, from the first hour to the last


def test_attack_113_an_address_that_was_right_before_and_the_box_keep_their_five_tries(
    pin_auth: PinAuth, hand: Hand
) -> None:
    entered(pin_auth, OTHER)
    besieged(pin_auth, hand)
    for peer in (OTHER, HOME):
        for _ in range(4):
            assert pin_auth.enter("000000", peer) is None
        assert pin_auth.wait_s(peer) == 0
        assert pin_auth.enter(PIN, peer) is not None
    for _ in range(2):
        pin_auth.enter("000000", PHONE)
    assert pin_auth.wait_s(PHONE) == 3600


def test_attack_113_more_addresses_than_can_be_remembered_share_a_try_in_ten_seconds(
    pin_auth: PinAuth, hand: Hand
) -> None:
    entered(pin_auth, OTHER)
    for number in range(1024):
        pin_auth.enter("000000", f"10.0.{number // 256}.{number % 256}")
    fresh = "10.1.0.1"
    assert pin_auth.enter("000000", fresh) is None
    assert pin_auth.wait_s(fresh) == pin_auth.wait_s("10.1.0.2") == 10
    with pytest.raises(PermissionError):
        pin_auth.enter(PIN, fresh)
    assert pin_auth.enter("000000", OTHER) is None  # known ones do not wait for strangers
    assert pin_auth.enter(PIN, OTHER) is not None
    assert pin_auth.enter(PIN, HOME) is not None
    assert len(pin_auth._peers) <= 1024
    hand.at_s += 3601
    assert pin_auth.enter(PIN, fresh) is not None


def test_a_result_is_shown_for_a_while_and_a_failure_as_long_as_the_session(
    pin_auth: PinAuth, hand: Hand
) -> None:
    session = entered(pin_auth)
    assert pin_auth.notice(session) is None
    pin_auth.set_notice(session, Notice("done.tone", ("nga-ba",)))
    assert pin_auth.notice(session) == Notice("done.tone", ("nga-ba",))
    hand.at_s += 15
    assert pin_auth.notice(session) is None
    pin_auth.set_notice(session, Notice("faults", ("1",), is_good=False))
    hand.at_s += 60
    assert pin_auth.notice(session) is not None


def test_secrets_are_compared_whole() -> None:
    assert is_same("abc", "abc")
    assert not is_same("ab", "abc")
    assert not is_same("á", "abc")
    assert not is_same(None, "")
