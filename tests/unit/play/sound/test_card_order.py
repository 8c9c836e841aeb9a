"""Which card is driven, at which level, and when safe mode begins and ends; no process, no card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from agent.play.ipc import EngineEvent, Fire, Gain, Load, StartSlot
from agent.play.output_factory import build_cards
from agent.play.sound import card_order
from agent.play.sound.card_order import CardOrder, SoundPath
from agent.play.sound.engine_config import (
    EngineConfig,
    engine_argv,
    for_card,
    safe_engine_argv,
)
from agent.play.supervisor import WorkerChoice
from agent.settings.model import Audio
from drivers.interface import SoundCard

USB = EngineConfig("portaudio", "USB Audio Device", port="/dev/snd/by-path/usb-0:1")
JACK = EngineConfig("portaudio", "bcm2835 Headphones", gain_db=-20.0)
ABSENT = "E_DEVICE: USB Audio Device: find: outputs here: bcm2835 Headphones"
KILLED = "E_WORKER: it ended by signal SIGKILL"


class Issues(dict[str, str]):
    def set_issue(self, kind: str, _subject: str, hint: str | None) -> None:
        if hint is None:
            self.pop(kind, None)
        else:
            self.setdefault(kind, hint)  # as `Issues`: repeats do nothing


class Now:
    """The time of `card_order` and of the pauses; sleeping moves it."""

    def __init__(self) -> None:
        self.mono_s = 1000.0

    def __call__(self) -> float:
        return self.mono_s

    async def sleep(self, seconds: float) -> None:
        self.mono_s += seconds


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    now = Now()
    monkeypatch.setattr(card_order, "mono_s", now)
    monkeypatch.setattr("agent.play.supervisor.mono_s", now)
    monkeypatch.setattr(card_order.asyncio, "sleep", now.sleep)
    return now


def build_order(
    issues: Issues, cards: list[EngineConfig], seen: Callable[[], list[SoundCard]] = list
) -> CardOrder:
    return CardOrder("loa", cards, issues.set_issue, seen)


def device_of(order: CardOrder) -> str:
    return path_of(order.next()).config.device


def path_of(choice: WorkerChoice[EngineEvent]) -> SoundPath:
    """The path whose method makes the worker."""
    spawn: Any = choice.spawn
    path: SoundPath = spawn.__self__
    return path


def is_safe(order: CardOrder) -> bool:
    return path_of(order.next()).is_safe


async def test_the_first_card_is_driven_at_its_own_level_and_nothing_is_said(now: Now) -> None:
    issues = Issues()
    order = build_order(issues, [USB, JACK])
    assert device_of(order) == "USB Audio Device"
    order.next().on_ready()
    assert order.in_use is not None
    assert order.in_use.config.gain_db == 0
    assert issues == {}
    assert order.better() == []
    assert now.mono_s == 1000.0


async def test_an_absent_card_is_replaced_at_once_by_the_next_one_which_is_an_issue(
    now: Now,
) -> None:
    issues = Issues()
    order = build_order(issues, [USB, JACK])
    order.next().on_failed(ABSENT)
    await order.pause_after(ABSENT)
    assert now.mono_s == 1000.0
    assert device_of(order) == "bcm2835 Headphones"
    order.next().on_ready()
    assert issues["sound_fallback"] == f"bcm2835 Headphones at -20 dB; USB Audio Device: {ABSENT}"
    assert [path_of(one).config for one in order.better()] == [USB]
    order.better()[0].on_ready()
    assert issues == {}


async def test_without_any_card_the_order_begins_anew_and_the_pause_grows(now: Now) -> None:
    order = build_order(Issues(), [USB, JACK])
    pauses = []
    for _round in range(4):
        await order.pause_after(ABSENT)
        before = now.mono_s
        await order.pause_after(ABSENT)
        pauses.append(now.mono_s - before)
        assert device_of(order) == "USB Audio Device"
    assert pauses == pytest.approx([0.0, 0.1, 0.5, 1.0])
    assert not is_safe(order)  # aplay would not find a card either


async def test_a_card_that_comes_ends_the_pause(now: Now) -> None:
    seen: list[SoundCard] = []
    order = build_order(Issues(), [USB], lambda: list(seen))
    for _try in range(12):
        await order.pause_after(ABSENT)
    looks = 0

    def plug_at_second_look() -> list[SoundCard]:
        nonlocal looks
        looks += 1
        return [SoundCard(1, "USB Audio Device")] if looks > 2 else []

    order._list_cards = plug_at_second_look
    before = now.mono_s
    await order.pause_after(ABSENT)
    assert now.mono_s - before == pytest.approx(2 * card_order.WATCH_S)  # of the 5 s
    before = now.mono_s
    await order.pause_after(ABSENT)  # it has no rights yet
    assert now.mono_s == before


async def test_three_deaths_within_a_minute_turn_to_safe_mode_on_the_same_card(now: Now) -> None:
    issues = Issues()
    order = build_order(issues, [USB, JACK])
    for second in (0.0, 20.0, 20.0):
        order.next().on_ready()
        now.mono_s += second
        await order.pause_after(KILLED)
    assert is_safe(order)
    assert device_of(order) == "USB Audio Device"
    order.next().on_ready()
    assert issues == {"safe_mode": "by aplay on USB Audio Device"}
    assert [path_of(one).is_safe for one in order.better()] == [False, False]
    order.better()[0].on_ready()
    assert issues == {}


async def test_three_deaths_in_more_than_a_minute_do_not(now: Now) -> None:
    order = build_order(Issues(), [USB])
    for second in (0.0, 31.0, 31.0):
        order.next().on_ready()
        now.mono_s += second
        await order.pause_after(KILLED)
    assert not is_safe(order)


async def test_a_pulled_card_is_no_death_of_the_engine(now: Now) -> None:
    order = build_order(Issues(), [USB])
    for _pull in range(5):
        order.next().on_ready()
        await order.pause_after("E_DEVICE_GONE: USB Audio Device: the stream has stopped")
    assert not is_safe(order)
    assert now.mono_s > 1000.0


async def test_where_aplay_finds_no_card_either_the_engine_is_tried_again(now: Now) -> None:
    order = build_order(Issues(), [USB])
    for _death in range(3):
        order.next().on_ready()
        await order.pause_after(KILLED)
    assert is_safe(order)
    await order.pause_after("E_DEVICE: aplay: no such device")
    assert not is_safe(order)
    assert now.mono_s > 1000.0


@pytest.mark.parametrize("cards", [[USB], [USB, JACK]])
async def test_an_engine_that_never_becomes_ready_turns_to_safe_mode(
    now: Now, cards: list[EngineConfig]
) -> None:
    issues = Issues()
    order = build_order(issues, cards)
    for _death in range(3):
        assert not is_safe(order)
        await order.pause_after(KILLED)
    assert is_safe(order)
    assert device_of(order) == "USB Audio Device"
    order.next().on_ready()
    assert issues == {"safe_mode": "by aplay on USB Audio Device"}


async def test_the_engine_is_tried_again_after_ten_minutes_of_safe_mode(now: Now) -> None:
    order = build_order(Issues(), [USB])
    for _death in range(3):
        order.next().on_ready()
        await order.pause_after(KILLED)
    order.next().on_ready()
    before = now.mono_s
    await order.wait_better()
    assert now.mono_s - before == pytest.approx(600)


async def test_the_first_card_waits_for_no_better_one(now: Now) -> None:
    order = build_order(Issues(), [USB, JACK])
    order.next().on_ready()
    waiting = asyncio.create_task(order.wait_better())
    await asyncio.wait([waiting], timeout=0)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert now.mono_s == 1000.0


def test_a_card_with_too_few_channels_sounds_for_all_lines_at_the_lowest_of_their_levels() -> None:
    market_only = Load("a", 1, -3.0, channels={1: -2.0})
    assert for_card(market_only, USB) == Load("a", 1, -5.0)
    assert for_card(Fire("tone", "b", 3, channels={0: 0.0, 1: -6.0}), USB).gain_db == -6.0
    assert for_card(market_only, EngineConfig("portaudio", "hat", channels=2)) == market_only


def test_the_card_s_gain_is_added_to_whatever_sets_a_level() -> None:
    assert for_card(Load("a", 1, -3.0), JACK) == Load("a", 1, -23.0)
    assert for_card(Fire("tone", "b", 3), JACK) == Fire("tone", "b", 3, -20.0)
    assert for_card(Gain("a", 0.0), JACK) == Gain("a", -20.0)
    assert for_card(StartSlot("a", 1.0), JACK) == StartSlot("a", 1.0)


def test_a_fallback_without_a_level_of_its_own_is_20_db_down() -> None:
    audio = msgspec.convert(
        {
            "driver": "portaudio",
            "device": "USB Audio Device",
            "mixer": {"control": "PCM"},
            "fallbacks": [
                {"device": "snd_rpi_hifiberry_dac", "gain_db": 0},
                {"device": "Headphones"},
            ],
        },
        Audio,
    )
    cards = build_cards(audio)
    assert [(one.device, one.gain_db) for one in cards] == [
        ("USB Audio Device", 0),
        ("snd_rpi_hifiberry_dac", 0),
        ("Headphones", -20),
    ]
    assert cards[0].mixer is not None
    assert (cards[0].mixer.control, cards[0].mixer.db) == ("PCM", 0)


def test_both_engines_get_the_same_card() -> None:
    for argv in (engine_argv(JACK), safe_engine_argv(JACK)):
        assert msgspec.json.decode(argv[-1], type=EngineConfig) == JACK
    assert engine_argv(JACK)[2] == "agent.play.sound.engine_process"
    assert safe_engine_argv(JACK)[2] == "agent.play.sound.safe_engine_process"
