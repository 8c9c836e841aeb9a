"""Whatever a card answers, the driver reads it or raises an error of drivers; nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.codec.novastar import Packet, PacketDecoder, encode_packet
from drivers.control_plane import BoardIdentity, BoardReading
from drivers.errors import DriverError
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of

NAMES = ("novastar-mctrl660", "novastar-mctrl300", "novastar-vx4s", "novastar-novapro-hd")


KINDS = ("as it is", "data", "length", "ack", "noise", "cut")
DISGUISES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.binary(max_size=300), st.integers(0, 255)),
    min_size=1,
    max_size=12,
)


def disguise(reply: Packet, kind: str, content: bytes, number: int) -> bytes:
    """A reply with anything in it that a card or a line may have got wrong."""
    size = len(reply.data)
    match kind:
        case "data":
            reply = replace(reply, data=(content + reply.data)[:size])
        case "length" if size:
            reply = replace(reply, length=len(content), data=content)
        case "ack":
            reply = replace(reply, ack=number)
        case "noise":
            return content
        case "cut":
            whole = encode_packet(reply)
            return whole[: number % len(whole)]
    return encode_packet(reply)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(disguises=DISGUISES, name=st.sampled_from(NAMES))
def test_any_answer_is_read_or_is_an_error_of_drivers(
    monkeypatch: pytest.MonkeyPatch, disguises: list[tuple[str, bytes, int]], name: str
) -> None:
    with monkeypatch.context() as patch, wall_of(patch, name, 2) as (_, driver):
        honest, turns = SimNovaStar.answer, itertools.cycle(disguises)

        def answer(card: SimNovaStar, frame: bytes) -> bytes:
            (reply,) = PacketDecoder().feed(honest(card, frame))
            return disguise(reply, *next(turns))

        patch.setattr(SimNovaStar, "answer", answer)

        async def use() -> None:
            with contextlib.suppress(DriverError):
                assert isinstance(await driver.identify(), BoardIdentity)
                assert isinstance(await driver.read(), BoardReading)
                await driver.set_brightness(50)
                await driver.set_mode("black")

        asyncio.run(use())
