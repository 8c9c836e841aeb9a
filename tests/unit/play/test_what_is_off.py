"""What is off loads nothing: the modules of a process that has started and of its way to sound."""

from __future__ import annotations

import subprocess
import sys

import pytest

AGENT = "import agent.app, agent.output_set, agent.play.output_factory"
ENGINE = """
import agent.play.sound.engine_process, drivers.registry
from agent.play.sound.mixer import Mixer
drivers.registry.load_audio_output("portaudio", "loa")
Mixer(48_000, 2).fill(1_920, 0.0, 0.09)
"""
# Of a part that is off, what decides whether it is on, and nothing else: whether a stream is
# granted or a radio may be pulled, and how a text of a document is named.
DOORS = {
    "agent.live": {
        "agent.live",
        "agent.live.reception",
        "agent.live.relay",
        "agent.live.relay.relay_access",
        "agent.live.stream_reception",
    },
    "agent.verifier": set[str](),
    "agent.play.board": set[str](),
    "agent.play.capture": set[str](),
    "agent.radio": set[str](),
    "speech": {"speech", "speech.chunk", "speech.dialect", "speech.reading"},
}
HEAVY = {"numpy", "PIL", "pyaudio", "pydub", "pymodbus", "gpiod", "segno", "astral"}


def modules_after(code: str) -> set[str]:
    """Every module that an interpreter has loaded after running some code."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(run.stdout.split())


@pytest.mark.parametrize(
    ("code", "off"),
    [
        # no microphone, no board, no engine of its own: these are processes of what is on
        pytest.param(
            AGENT,
            {
                "agent.plan.light",
                "agent.play.capture.capture_process",
                "agent.play.capture.horn_filter",
                "agent.play.decode.live_ring",
                "agent.play.sound.check_chime",
                "agent.play.sound.engine_process",
                "agent.play.sound.safe_engine_process",
                "agent.contract.day_rule",
                "agent.contract.lunar",
                "agent.plan.recurrence",
                "agent.verifier",
                "audioop",
                "drivers.board_control",
                "drivers.control_plane",
            },
            id="agent",
        ),
        # nobody speaks, no safe mode; nothing of the agent's loop, trust or settings
        pytest.param(
            ENGINE,
            {
                "agent.play.decode.live_ring",
                "agent.play.sound.aplay_stream",
                "agent.settings",
                "agent.trust",
                "asyncio",
                "cryptography",
                "strict_yaml",
            },
            id="engine",
        ),
    ],
)
def test_what_is_off_is_not_loaded(code: str, off: set[str]) -> None:
    loaded = modules_after(code)
    assert loaded & off == set()
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


@pytest.mark.parametrize("part", DOORS)
def test_of_a_part_that_is_off_only_its_door_is_loaded(part: str) -> None:
    """Live voice and relays, proof of sound, microphones, reading aloud."""
    loaded = {one for one in modules_after(AGENT) if one == part or one.startswith(f"{part}.")}
    assert loaded <= DOORS[part]
