"""`tramtin doctor [FILE]`: examine the box, print the findings, and bundle them on request."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.clock import Clock, read_boot_id, read_rtc, system_time
from agent.contract.utc import encode_utc
from agent.doctor.bundle_archive import build_bundle
from agent.doctor.context import DoctorContext, find_agent
from agent.doctor.probe_runner import ProbeReport, build_probes, run_probes
from agent.doctor.render import Renderer, build_report, count_states, say
from agent.doctor.state_reader import read_values
from agent.errors import ConfigError, YamlFaults
from agent.settings.check_command import describe_unreadable
from agent.settings.credential import take_credentials
from agent.settings.load import SettingsReport, load_settings
from agent.settings.model import Settings
from agent.store import clock_state
from texts.catalogue import Lang

GOOD, FAULTS, UNREADABLE = 0, 1, 2
Validate = Callable[[Path], SettingsReport]


@dataclass(frozen=True)
class DoctorOptions:
    """What the caller asked for.

    Args:
        lang: of the text.
        as_json: one object instead of text.
        bundle: where the support bundle goes; None for none.
    """

    lang: Lang = "vi"
    as_json: bool = False
    bundle: Path | None = None


def run_doctor(file: Path, validate: Validate, order: DoctorOptions) -> int:
    """Examine and print; returns 0 without faults, 1 with, 2 when the settings cannot be read.

    Args:
        file: station.yaml.
        validate: the validation that the agent runs on the file when it starts.
        order: what was asked for.
    """
    try:
        case, boot_id = build_case(file, validate), read_boot_id()
    except ConfigError as error:
        return _print_unreadable(error, order)
    try:
        return asyncio.run(_run(case, boot_id, order))
    except* BrokenPipeError:
        # `| head` has seen enough; nor may the interpreter fail at its last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAULTS


def build_case(file: Path, validate: Validate) -> DoctorContext:
    """Put the box on the table; looks at files only.

    Raises:
        ConfigError: E_UNREADABLE, the settings cannot be read.
    """
    validated = validate(file)
    settings = _load_anyway(file, validated)
    values = read_values(Path(settings.state)) if settings is not None else {}
    return DoctorContext(
        file=file,
        validated=validated,
        settings=settings,
        clock=_build_clock(values),
        agent_pid=find_agent(file),
        remembered=values,
    )


def _load_anyway(file: Path, validated: SettingsReport) -> Settings | None:
    """Settings of a good form are worth looking at, though what they name be missing."""
    try:
        return take_credentials(validated.settings or load_settings(file))
    except YamlFaults:
        return None


def _build_clock(values: dict[str, str]) -> Clock:
    """The clock that an agent started now would have."""
    return clock_state.build_clock(values, read_rtc(), read_boot_id())


async def _run(case: DoctorContext, boot_id: str, order: DoctorOptions) -> int:
    probes = build_probes(boot_id)
    station = case.settings.station if case.settings is not None else None
    renderer = Renderer([probe.name for probe in probes], order.lang, sys.stdout, sys.stderr)
    if order.as_json:
        examined = await run_probes(case, probes)
        report = build_report(station, encode_utc(system_time()), examined)
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        renderer.begin(station)
        examined = await run_probes(case, probes, renderer.done)
        renderer.end(examined)
    code = FAULTS if count_states(examined)["fault"] else GOOD
    if order.bundle is not None:
        code = await _bundle(case, examined, order, order.bundle) or code
    _leave_what_hangs(examined, code)
    return code


async def _bundle(
    case: DoctorContext, examined: list[ProbeReport], order: DoctorOptions, path: Path
) -> int:
    try:
        await build_bundle(case, examined, path)
    except OSError as error:
        print(say("not_bundled", order.lang, str(error)), file=sys.stderr)
        return UNREADABLE
    print(say("bundled", order.lang, str(path)), file=sys.stderr)
    return GOOD


def _leave_what_hangs(examined: list[ProbeReport], code: int) -> None:
    """A thread that waits for a dead disk cannot be ended, and an orderly exit would join it."""
    if any(one.hangs for one in examined):
        sys.stdout.flush()
        os._exit(code)


def _print_unreadable(error: ConfigError, order: DoctorOptions) -> int:
    if order.as_json:
        report = {"file": error.subject, "unreadable": error.hint}
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(describe_unreadable(error, order.lang))
    return UNREADABLE
