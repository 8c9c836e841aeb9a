from __future__ import annotations

import asyncio

from agent.contract.envelope import MAX_ENVELOPE_BYTES
from agent.link.inbox import Inbox, Incoming
from agent.link.mqtt_connect import RECEIVE_MAXIMUM


def message(kind: str, slot: str, payload: bytes, done: list[bytes] | None = None) -> Incoming:
    def finished() -> None:
        if done is not None:
            done.append(payload)

    return Incoming(f"tramtin/1/d/tv-cl-0007/{kind}/{slot}", kind, payload, finished)


async def drain(inbox: Inbox) -> list[bytes]:
    return [(await inbox.get()).payload for _ in range(len(inbox))]


async def test_urgent_kinds_overtake_and_keep_their_order() -> None:
    inbox = Inbox()
    for kind in ("playlist", "command", "emergency", "cancel", "silence"):
        assert inbox.put(message(kind, "x", kind.encode()))
    assert await drain(inbox) == [b"emergency", b"cancel", b"silence", b"playlist", b"command"]


async def test_a_newer_state_replaces_the_older_one_which_is_acknowledged() -> None:
    inbox = Inbox()
    done: list[bytes] = []
    inbox.put(message("playlist", "a", b"a1", done))
    inbox.put(message("playlist", "b", b"b1", done))
    inbox.put(message("playlist", "a", b"a2", done))
    assert done == [b"a1"]
    assert await drain(inbox) == [b"a2", b"b1"]
    assert inbox.put(message("playlist", "a", b"a3"))
    assert await drain(inbox) == [b"a3"]


async def test_an_honest_broker_never_overflows_a_lane() -> None:
    """It sends so many before it waits for us; what is thrown away is never acknowledged."""
    inbox, longest = Inbox(), bytes(MAX_ENVELOPE_BYTES)
    assert all(inbox.put(message("playlist", f"s{n}", longest)) for n in range(RECEIVE_MAXIMUM))


async def test_two_commands_on_one_topic_are_both_kept() -> None:
    inbox = Inbox()
    inbox.put(message("command", "", b"one"))
    inbox.put(message("command", "", b"two"))
    assert await drain(inbox) == [b"one", b"two"]


async def test_a_flood_of_playlists_leaves_room_for_an_emergency() -> None:
    inbox = Inbox(max_messages=8, max_bytes=80)
    taken = [inbox.put(message("playlist", str(slot), b"x")) for slot in range(6)]
    assert taken == [True] * 4 + [False] * 2
    assert inbox.put(message("emergency", "", b"out!"))
    assert (await inbox.get()).payload == b"out!"


async def test_bytes_are_bounded_and_released_again() -> None:
    inbox = Inbox(max_messages=100, max_bytes=20)
    assert inbox.put(message("command", "", b"x" * 10))
    assert not inbox.put(message("command", "", b"x"))
    await inbox.get()
    assert inbox.put(message("command", "", b"x" * 10))


async def test_a_waiting_reader_is_woken() -> None:
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get(), name="waiting")
    await asyncio.sleep(0)
    inbox.put(message("head", "x", b"now"))
    assert (await waiting).payload == b"now"


async def test_a_flood_on_one_topic_delays_no_other_topic() -> None:
    inbox = Inbox()
    for number in range(50):
        inbox.put(message("emergency", "flood", b"junk %d" % number))
    inbox.put(message("emergency", "real", b"alarm"))
    inbox.put(message("cancel", "x", b"cancel"))
    assert (await drain(inbox))[:4] == [b"junk 0", b"alarm", b"cancel", b"junk 1"]
    inbox.put(message("emergency", "flood", b"a1"))
    inbox.put(message("emergency", "flood", b"a2"))
    inbox.put(message("emergency", "real", b"b1"))
    assert await drain(inbox) == [b"a1", b"b1", b"a2"]


async def test_without_room_the_topic_that_holds_most_loses_its_newest() -> None:
    inbox = Inbox(max_messages=16, max_bytes=1000)
    for number in range(20):
        inbox.put(message("emergency", "flood", b"j%d" % number))
    assert len(inbox) == 8
    assert not inbox.put(message("emergency", "real", b"alarm"))  # taken, but one was thrown away
    assert not inbox.put(message("emergency", "flood", b"more"))
    assert await drain(inbox) == [b"j0", b"alarm", b"j1", b"j2", b"j3", b"j4", b"j5", b"j6"]
    inbox.put(message("emergency", "flood", b"x" * 500))
    assert not inbox.put(message("emergency", "real", b"y" * 100))
    assert await drain(inbox) == [b"y" * 100]
    assert len(inbox) == 0


async def test_as_many_topics_as_messages_share_evenly() -> None:
    inbox = Inbox(max_messages=16, max_bytes=1000)
    for slot in "abcdefgh":
        assert inbox.put(message("emergency", slot, slot.encode()))
    assert not inbox.put(message("emergency", "i", b"i"))
    assert await drain(inbox) == [slot.encode() for slot in "abcdefgh"]
