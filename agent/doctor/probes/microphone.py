"""Voice inputs and monitors of the settings: present, and with a level that one can be heard at."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Any

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, warning
from agent.doctor.run_program import run_program
from agent.settings.model import Settings

LIMIT_S = 15.0
DEAD_DBFS, CLIPPED_DBFS = -75.0, -0.5


@dataclass(frozen=True)
class HearingInput:
    """A sound input of the settings.

    Args:
        name: in the findings.
        driver: of `drivers.driver_index.AUDIO_INPUTS`.
        device: the driver's name of it.
        may_be_silent: is silence no sign of a fault?
    """

    name: str
    driver: str
    device: str
    may_be_silent: bool = False


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """What the driver finds, and what each input of the settings hears for half a second."""
    wanted = list_inputs(case.settings) if case.settings is not None else []
    if case.settings is not None and not wanted:
        yield good("microphone_unneeded")
    for driver in sorted({one.driver for one in wanted}):
        mine = [one for one in wanted if one.driver == driver]
        answer = await run_program(
            sys.executable, "-m", "agent.doctor.list_sound_inputs", driver,
            *(one.device for one in mine), limit_s=LIMIT_S,
        )  # fmt: skip
        if answer is None or answer.code != 0:
            detail = "" if answer is None else f"exit {answer.code}: {answer.err.strip()[-300:]}"
            yield fault("sound_list_died", driver, detail=detail)
            continue
        for finding in examine_inputs(json.loads(answer.out), mine):
            yield finding


def list_inputs(settings: Settings) -> list[HearingInput]:
    """Every sound input of the settings; that an idle line is silent is as it should be."""
    voices = [HearingInput(one.name, one.driver, one.device) for one in settings.voice_inputs]
    monitors = [
        HearingInput(f"monitor {output.name}", one.driver, one.device, one.kind == "line")
        for output in settings.outputs
        if (one := output.monitor) is not None
    ]
    return voices + monitors


def examine_inputs(found: dict[str, Any], wanted: Iterable[HearingInput]) -> list[ProbeFinding]:
    """One finding for each input of the settings.

    Args:
        found: the answer of `list_sound_inputs`.
        wanted: of the settings.
    """
    names = ", ".join(one["device"] for one in found["found"]) or "—"
    findings = []
    for one in wanted:
        level = found["levels"].get(one.device)
        if level is None:
            findings.append(fault("microphone_gone", one.name, one.device, names))
        elif level <= DEAD_DBFS and not one.may_be_silent:
            findings.append(warning("microphone_dead", one.name, f"{level:g}"))
        elif level >= CLIPPED_DBFS:
            findings.append(warning("microphone_clipped", one.name, f"{level:g}"))
        else:
            findings.append(good("microphone_good", one.name, f"{level:g}"))
    return findings
