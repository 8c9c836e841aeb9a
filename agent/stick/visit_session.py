"""Answers the questions of one `tramtin stick`, in the order in which they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import msgspec

from agent.errors import AgentError
from agent.stick.station_lines import StationLines
from agent.stick.visit import UpMessage, Visit, VisitParts, begin_visit
from agent.stick.wire import (
    MAX_BODY_BYTES,
    Answer,
    Question,
    encode,
)

IDLE_S = 120.0  # a slow stick reads a megabyte in this time
CONSOLE, STICK = "console", "stick"


async def serve_visit(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    turn: asyncio.Lock,
    parts: VisitParts,
    began: Callable[[Visit], None],
) -> None:
    """Serve one visit until the other end closes.

    Args:
        reader: from `tramtin stick`.
        writer: to it.
        turn: held while a visit is under way.
        parts: of the box.
        began: called with the visit.

    Raises:
        OSError, EOFError: the other end is gone.
        TimeoutError: it says nothing.
        ValueError: what it says is no question.
    """
    first, _ = await _read(reader)
    if first.do != "begin":
        raise ValueError("a visit begins with `begin`")
    if turn.locked():
        await _write(writer, Answer("E_BUSY", "another visit is under way"))
        return
    by = CONSOLE if first.name == CONSOLE else STICK
    async with turn, begin_visit(parts, by) as visit:
        began(visit)
        await _write(writer, Answer("ok", parts.station))
        session = _Session(visit, parts.station)
        async with aclosing(session):
            while True:
                try:
                    question, body = await _read(reader)
                except asyncio.IncompleteReadError as error:
                    if error.partial:
                        raise
                    return
                answer, content = await session.answer(question, body)
                await _write(writer, answer, content)


class _Session:
    def __init__(self, visit: Visit, station: str) -> None:
        self._visit = visit
        self._lines = StationLines(visit, station)
        self._up: AsyncIterator[UpMessage] | None = None

    async def aclose(self) -> None:
        """End what was begun."""
        if self._up is not None:
            await self._up.aclose()  # type: ignore[attr-defined] # it is a generator

    async def answer(self, question: Question, body: bytes) -> tuple[Answer, bytes]:
        """The answer to a question, and the bytes behind it."""
        try:
            return await self._answer(question, body)
        except AgentError as error:
            return Answer(error.code, str(error)), b""

    async def _answer(self, question: Question, body: bytes) -> tuple[Answer, bytes]:
        if question.do == "up":
            return await self._next_up(is_all=question.is_all)
        if question.do == "bundle":
            bundle = await self._visit.build_bundle()
            return Answer("ok", "bundle.tar.gz", bytes=len(bundle)), bundle
        return await self._take(question, body), b""

    async def _take(self, question: Question, body: bytes) -> Answer:
        visit, answer = self._visit, Answer("ok")
        match question.do:
            case "line":
                answer = await self._take_line(body)
            case "wanted":
                answer = Answer("ok", wanted=await asyncio.to_thread(visit.wanted))
            case "block":
                answer = Answer(await visit.take_block(question.name, body))
            case "commit":
                answer = Answer(await visit.commit_medium(question.name))
            case "record":
                answer = Answer("ok", tally=await visit.record())
            case _:
                raise ValueError("a visit begins once")
        return answer

    async def _take_line(self, line: bytes) -> Answer:
        try:
            taken = await self._lines.take(line)
        except ValueError as error:
            return Answer("E_STICK_CUT", str(error))
        return Answer(taken.outcome, kind=taken.kind)

    async def _next_up(self, *, is_all: bool) -> tuple[Answer, bytes]:
        if self._up is None:
            self._up = self._visit.messages_up(is_all=is_all)
        try:
            message = await anext(self._up)
        except StopAsyncIteration:
            self._up = None
            return Answer("end"), b""
        return Answer("ok", message.name, bytes=len(message.envelope)), message.envelope


async def _read(reader: asyncio.StreamReader) -> tuple[Question, bytes]:
    async with asyncio.timeout(IDLE_S):
        try:
            head = await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            raise ValueError("a question without an end") from error
        question = msgspec.json.decode(head, type=Question)
        if not 0 <= question.bytes <= MAX_BODY_BYTES:
            raise ValueError(f"{question.bytes} bytes behind a question")
        return question, await reader.readexactly(question.bytes)


async def _write(writer: asyncio.StreamWriter, answer: Answer, content: bytes = b"") -> None:
    writer.write(encode(answer))
    writer.write(content)
    async with asyncio.timeout(IDLE_S):
        await writer.drain()
