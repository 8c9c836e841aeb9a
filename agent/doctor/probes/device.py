"""Asks every configured switch, contact and sensor for its state; switches nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.settings.model import Board, ControlCard, Settings, VideoSource
from drivers import registry, sign_registry
from drivers.errors import DriverError, UnsupportedFeature

ANSWER_S = 6.0
SWITCHES_WHEN_CLAIMED = frozenset({"gpio"})  # claiming an output line also drives it

Asked = tuple[str, Callable[[], Awaitable[ProbeFinding]]]


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """One finding a device. They may share a line, so they are asked one after the other."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    asked = list(_list_asked(case.settings))
    if not asked:
        yield good("devices_none")
    elif case.is_running:
        # Two owners of one serial line corrupt each other's frames.
        yield unseen("devices_busy", str(case.agent_pid))
    else:
        try:
            for name, question in asked:
                yield await _ask(name, question)
        finally:
            registry.close()


async def _ask(name: str, question: Callable[[], Awaitable[ProbeFinding]]) -> ProbeFinding:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await question()
    except UnsupportedFeature as error:
        code = "device_mute" if error.operation == "read" else "device_not_loaded"
        return (unseen if code == "device_mute" else fault)(code, name, detail=str(error))
    except (DriverError, TimeoutError) as error:
        return fault("device_silent", name, detail=str(error) or "no answer in time")


def _list_asked(settings: Settings) -> Iterator[Asked]:
    for output in settings.outputs:
        for zone in output.zones:
            if zone.switch is not None:
                yield zone.name, _switch(zone.name, zone.switch)
        for card in output.controls:
            yield card.name, _control(card)
        for video in output.video_inputs:
            yield video.name, _video(video)
        if output.board is not None and _stores_pictures(output.board):
            yield output.name, _sign(output.name, output.board)
    for want in settings.inputs:
        yield want.name, _input(want)
    for probe in settings.sensors:
        yield probe.name, _sensor(probe)


def _switch(name: str, want: Any) -> Callable[[], Awaitable[ProbeFinding]]:
    async def question() -> ProbeFinding:
        if want.profile in SWITCHES_WHEN_CLAIMED:
            return unseen("switch_by_hand", name)
        device = await asyncio.to_thread(
            registry.load_switch,
            want.profile,
            name=name,
            port=want.port,
            unit=want.unit,
            coil=want.coil,
            **want.options,
        )
        return good("switch_on" if await device.read() else "switch_off", name, want.profile)

    return question


def _input(want: Any) -> Callable[[], Awaitable[ProbeFinding]]:
    async def question() -> ProbeFinding:
        device = await asyncio.to_thread(
            registry.load_input,
            want.profile,
            name=want.name,
            port=want.port,
            unit=want.unit,
            line=want.line,
            active=want.active,
            debounce_ms=want.debounce_ms,
            **want.options,
        )
        is_on = await device.read()
        if is_on and want.kind == "lockout":
            return warning("input_locked", want.name)
        return good("input_on" if is_on else "input_off", want.name, want.kind)

    return question


def _sensor(want: Any) -> Callable[[], Awaitable[ProbeFinding]]:
    async def question() -> ProbeFinding:
        device = await asyncio.to_thread(
            registry.load_sensor,
            want.profile,
            name=want.name,
            measures=want.measures,
            port=want.port,
            unit=want.unit,
            **want.options,
        )
        return good("sensor_reads", want.name, f"{await device.read():.4g} {device.unit}")

    return question


def _stores_pictures(board: Board) -> bool:
    try:
        return sign_registry.stores_pictures(board.profile)
    except UnsupportedFeature:
        return False  # the probe of its port says so


def _sign(name: str, board: Board) -> Callable[[], Awaitable[ProbeFinding]]:
    async def question() -> ProbeFinding:
        from agent.doctor.probes.sign import examine_sign  # only where a sign is named

        return await examine_sign(name, board)

    return question


def _control(want: ControlCard) -> Callable[[], Awaitable[ProbeFinding]]:
    async def question() -> ProbeFinding:
        from agent.doctor.probes.control_card import examine_card  # only where a card is named

        return await examine_card(want)

    return question


def _video(want: VideoSource) -> Callable[[], Awaitable[ProbeFinding]]:
    async def question() -> ProbeFinding:
        from agent.doctor.probes.video_input import examine_video  # only where one is named

        return await examine_video(want)

    return question
