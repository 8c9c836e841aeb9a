"""Loads an emergency's segments into the engine: which media are in store, and their decoding.

Neither a card that does not answer nor a file that cannot be played delays the rest: words that are
not ready in time count as missing until they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from agent.contract.document import Medium
from agent.errors import AgentError
from agent.play.item import Item, OutputContext, WordsForm
from agent.play.sound.attention_tone import ATTENTION, ATTENTION_S
from agent.play.sound.builtin_speech import EXERCISE_LINE, LINE
from agent.play.sound.emergency_segment import EmergencySegment, decode_segment, speak_segment
from agent.play.sound.emergency_sequence import Step
from agent.play.task_end import end_task

log = logging.getLogger(__name__)
WORDS_LIMIT_S = 2.0  # for reading the files and starting a decoder
SIGNAL_LIMIT_S = 0.3  # the same for a recorded signal, before the built-in one sounds


def recordings_here(item: Item) -> frozenset[tuple[int, str]]:
    """The bodies of an emergency whose recorded words are completely in store, with their form."""
    return frozenset((index, body.form) for index, body in enumerate(item.bodies) if body.is_here)


def bodies_here(item: Item) -> frozenset[int]:
    """The bodies of an emergency whose words can be played: recorded, or read aloud."""
    return frozenset(index for index, body in enumerate(item.bodies) if body.ways)


def bodies_with_words(item: Item) -> frozenset[int]:
    """The bodies of an emergency that have words: recorded ones, or such as the box can read."""
    return frozenset(
        index for index, body in enumerate(item.bodies) if body.clips or body.reading is not None
    )


def built_in_signal() -> EmergencySegment:
    """The attention signal that every engine holds."""
    return EmergencySegment(clip=ATTENTION, length_s=ATTENTION_S)


class SegmentLoader:
    """Opens and decodes the media of one emergency.

    Args:
        item: the emergency.
        context: the files in store, and the sources of sound.
        on_late_words: called when words that were late are ready.
    """

    def __init__(
        self, item: Item, context: OutputContext, on_late_words: Callable[[], None]
    ) -> None:
        self._item = item
        self._context = context
        self._media = context.media
        self._on_late_words = on_late_words
        self._broken: dict[int, set[WordsForm]] = {}
        self._late: dict[int, asyncio.Task[EmergencySegment]] = {}
        self._signals: list[asyncio.Task[EmergencySegment]] = []

    def here(self) -> frozenset[int]:
        """The bodies that can be played now."""
        late = {body for body, task in self._late.items() if not task.done()}
        return bodies_here(self._item) - late

    def update(self, item: Item) -> None:
        """Replace the item by the same emergency with its present media."""
        for index, (former, body) in enumerate(zip(self._item.bodies, item.bodies, strict=True)):
            if former != body:
                self._broken.pop(index, None)
        self._item = item

    def give_up(self, body: int, form: WordsForm) -> bool:
        """A body's words broke off in this form; can they be heard in another one?"""
        self._broken.setdefault(body, set()).add(form)
        return bool(self._ways(body))

    def _ways(self, body: int) -> list[tuple[WordsForm, tuple[Medium, ...]]]:
        broken = self._broken.get(body, ())
        return [way for way in self._item.bodies[body].ways if way[0] not in broken]

    def preload_signal(self) -> None:
        """Start to load the emergency's own recorded signal, if it has one."""
        if self._item.signal is not None:
            work = decode_segment(self._media, [self._item.signal])
            self._signals.append(asyncio.create_task(work, name="recorded signal"))

    async def load(self, step: Step) -> EmergencySegment | None:
        """A step's segment; None when its words are not ready in time.

        Raises:
            AgentError: the words cannot be read or decoded.
        """
        if step.kind == "signal":
            return await self._load_signal()
        if step.kind == "line":
            return EmergencySegment(clip=EXERCISE_LINE if self._item.is_exercise else LINE)
        return await self._load_words(step.body)

    async def _load_signal(self) -> EmergencySegment:
        """The recorded one if it is ready, else the built-in one."""
        if not self._signals:
            self.preload_signal()
        for task in self._signals:
            await asyncio.wait([task], timeout=SIGNAL_LIMIT_S)
            if task.done() and task.exception() is None:
                self._signals.clear()
                return task.result()
        return built_in_signal()

    async def _load_words(self, body: int) -> EmergencySegment | None:
        task = self._late.get(body)
        if task is None:
            task = asyncio.create_task(self._open_words(body), name=f"words {body}")
            self._late[body] = task
        await asyncio.wait([task], timeout=WORDS_LIMIT_S)
        if task.done():
            del self._late[body]
            return task.result()
        log.warning("%s: the words of body %d are not ready in time", self._item.title, body)
        task.add_done_callback(lambda _task: self._on_late_words())
        return None

    async def _open_words(self, body: int) -> EmergencySegment:
        """The best form of a body's words that can be opened.

        Raises:
            AgentError: none can; of the last that was tried.
        """
        ways = self._ways(body)
        for form, clips in ways[:-1]:
            try:
                return await self._open(body, form, clips)
            except (AgentError, OSError) as error:
                log.warning("%s: %s: %s", self._item.title, form, error)
                self.give_up(body, form)
        form, clips = ways[-1] if ways else ("recording", self._item.bodies[body].clips)
        return await self._open(body, form, clips)

    async def _open(
        self, body: int, form: WordsForm, clips: tuple[Medium, ...]
    ) -> EmergencySegment:
        reading = self._item.bodies[body].reading
        if form != "speech" or reading is None:
            return await decode_segment(self._media, clips, form)
        spoken = replace(self._item, kind="speech", reading=reading, repeat=1, gap_ms=0)
        return await speak_segment(self._context.make_source(spoken), reading)

    async def close(self) -> None:
        """Stop loading."""
        for task in (*self._signals, *self._late.values()):
            await end_task(task)
            if not task.cancelled() and task.exception() is None:
                await task.result().close()
        self._signals.clear()
        self._late.clear()
