"""`tramtin why` and `tramtin rehearse`: what this box will play, by the documents in its store.

The agent keeps running; its store is only read. What the agent knows beyond its store does not
count here: a mute at the box, media that have not come, an authority that took a right away. Of a
moment that is over `why` goes by what was held then, and says what the journal has of it.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from agent.clock import Now, read_boot_id, read_rtc
from agent.contract.accepted import HeldDocument
from agent.contract.document import StationConfig
from agent.contract.local_time import LOCAL
from agent.contract.utc import parse_utc
from agent.doctor.box_past import BoxPast, read_box_past
from agent.doctor.journal_plays import JournalPlays, read_journal_plays
from agent.doctor.render import say
from agent.doctor.state_reader import query_database, read_values
from agent.errors import ConfigError, YamlFaults
from agent.plan.past import Past, compare
from agent.plan.past_text import build_past_json, describe_past
from agent.plan.policy import EffectivePolicy, config_in_force, effective_policy
from agent.plan.policy_text import describe_policy
from agent.plan.rehearsal import Lane, Rehearsal, has_banner, rehearse
from agent.plan.rehearsal_export import (
    build_rehearsal_csv,
    build_rehearsal_json,
    build_why_json,
)
from agent.plan.rehearsal_ics import build_rehearsal_ics
from agent.plan.rehearsal_text import describe_rehearsal, describe_why
from agent.plan.week_picture import draw_week
from agent.plan.why import explain, join_faces, withhold
from agent.settings.load import load_settings
from agent.settings.model import Settings
from agent.settings.zone_kinds import list_faces, list_zone_kinds
from agent.store import clock_state, key_value
from agent.store.documents import read_within_budget
from agent.store.key_value_types import LOCKOUT_SINCE
from agent.trust.head import is_revoked, list_revoked, select_heads
from texts.catalogue import Lang

DONE, NOT_DONE, UNREADABLE = 0, 1, 2
Format = Literal["text", "json", "csv", "ics", "svg"]


@dataclass(frozen=True)
class PastReading:
    """A moment that is over, as the store has it.

    Args:
        box: what was held.
        journal: what is on record.
        reached_at: the box's own time: the journal is complete up to then.
    """

    box: BoxPast
    journal: JournalPlays
    reached_at: datetime


@dataclass(frozen=True)
class BoxPlan:
    """What the box plans from.

    Args:
        settings: of station.yaml.
        held: the documents in force.
        now: the moment asked for; else the box's own time.
        past: of a moment that is over, what was held then and is on record.
        locked_out_at: since when the station is locked out; None: it is not, or another moment is
            asked for.
    """

    settings: Settings
    held: Sequence[HeldDocument]
    now: Now
    past: PastReading | None = None
    locked_out_at: datetime | None = None

    @property
    def config(self) -> StationConfig | None:
        """The station-config in force; where the one of then is not kept, the one after it."""
        later = None if self.past is None else self.past.box.later_config
        return config_in_force(self.held, self.now) or later

    @property
    def policy(self) -> EffectivePolicy:
        """Signed and local together."""
        kinds = list_zone_kinds(self.settings.outputs)
        faces = list_faces(self.settings.outputs)
        return effective_policy(self.config, self.settings.policy, kinds, faces)

    def replace_held(self, held: Sequence[HeldDocument]) -> BoxPlan:
        """The same with other documents in force."""
        return replace(self, held=held)

    @property
    def lanes(self) -> list[Lane]:
        """What of the settings plays one item at a time: sound paths, and each face of a board."""
        sounds = (
            Lane("sound", frozenset(zone.name for zone in output.zones))
            for output in self.settings.outputs
            if output.board is None
        )
        named = [face.name for output in self.settings.outputs for face in output.faces]
        faces = [Lane("picture", frozenset({name})) for name in named]
        strips = [Lane("banner", frozenset({name})) for name in named]
        return [*sounds, *faces, *(strips if has_banner(self.held) else ())]


def run_why(file: Path, at: datetime | None, lang: Lang, format_: Format) -> int:
    """Print what plays at a moment and why; returns 0 done, 1 no store, 2 settings unusable.

    Args:
        file: station.yaml.
        at: aware; None: now, by the box's clock.
        lang: of the text.
        format_: text or json.
    """

    def show(plan: BoxPlan) -> str:
        if plan.past is not None:
            return _show_past(plan.replace_held(plan.past.box.held), plan.past, lang, format_)
        answers = join_faces(explain(plan.held, plan.policy, plan.now.at, plan.lanes))
        if plan.now.quality == "FLOOR":
            answers = [withhold(one) for one in answers]
        if format_ == "json":
            return build_why_json(answers)
        lines = [line for one in answers for line in describe_why(one, lang)]
        return "\n".join([*_tell_lockout(plan, lang), *lines])

    return run_planned(file, at, lang, show)


def _show_past(plan: BoxPlan, past: PastReading, lang: Lang, format_: Format) -> str:
    answers = join_faces(explain(plan.held, plan.policy, plan.now.at, plan.lanes))
    journal = past.journal
    reached_at = None if journal.from_at is None else past.reached_at
    found = Past(
        documents=past.box.documents,
        notes=past.box.notes,
        records=compare(answers, journal.plays, journal.from_at, reached_at),
        reached_at=reached_at,
    )
    if format_ == "json":
        return build_past_json(answers, found)
    return "\n".join(describe_past(answers, found, (), lang))


def run_rehearse(file: Path, at: datetime | None, days: int, lang: Lang, format_: Format) -> int:
    """Print the days from a moment's date on; returns 0 done, 1 no store, 2 settings unusable.

    Args:
        file: station.yaml.
        at: aware; None: today, by the box's clock.
        days: how many local dates.
        lang: of the text.
        format_: text, json, csv, ics (a calendar) or svg (a picture).
    """

    def show(plan: BoxPlan) -> str:
        return _write(rehearse_days(plan, days), plan, lang, format_)

    return run_planned(file, at, lang, show)


def rehearse_days(plan: BoxPlan, days: int) -> Rehearsal:
    """Rehearse whole local dates, from the date of the plan's moment on."""
    midnight = datetime.combine(plan.now.at.astimezone(LOCAL).date(), time(), LOCAL)
    from_at = midnight.astimezone(UTC)
    until_at = from_at + timedelta(days=days)
    return rehearse(plan.held, plan.policy, from_at, until_at, plan.lanes)


def _write(found: Rehearsal, plan: BoxPlan, lang: Lang, format_: Format) -> str:
    name = plan.settings.station
    match format_:
        case "json":
            return build_rehearsal_json([(name, found)])
        case "csv":
            return build_rehearsal_csv([(name, found)]).rstrip("\r\n")
        case "ics":
            return build_rehearsal_ics([(name, found)], plan.now.at, lang).rstrip("\r\n")
        case "svg":
            return draw_week(found, name, lang).rstrip()
        case "text":
            return "\n".join([*_tell_lockout(plan, lang), *describe_rehearsal(found, name, lang)])


def _tell_lockout(plan: BoxPlan, lang: Lang) -> list[str]:
    """No plan knows who works at the station, so that is said beside it."""
    if plan.locked_out_at is None:
        return []
    since = plan.locked_out_at.astimezone(LOCAL).strftime("%H:%M %d/%m/%Y")
    return [say("locked_out", lang, since)]


def run_planned(file: Path, at: datetime | None, lang: Lang, show: Callable[[BoxPlan], str]) -> int:
    """Print what `show` makes of the box's plan; arguments and result as for `run_rehearse`."""
    try:
        settings = load_settings(file)
    except (ConfigError, YamlFaults):
        print(say("no_state", lang, str(file)), file=sys.stderr)
        return UNREADABLE
    try:
        plan = _read_plan(settings, at)
    except (OSError, sqlite3.Error, LookupError, TypeError, ValueError, msgspec.MsgspecError) as e:
        print(say("no_plan", lang, settings.state, str(e)), file=sys.stderr)
        return NOT_DONE
    print(show(plan))
    return DONE


def tell_policy(settings: Settings, lang: Lang) -> list[str]:
    """The policy in force, signed and local together; nothing where no store can be read."""
    try:
        return describe_policy(_read_plan(settings, None).policy, lang)
    except (OSError, sqlite3.Error, LookupError, TypeError, ValueError, msgspec.MsgspecError):
        return []


def _read_plan(settings: Settings, at: datetime | None) -> BoxPlan:
    """Read the documents in force.

    Raises:
        OSError, sqlite3.Error: there is no store, or it cannot be read.
        LookupError, TypeError, ValueError, msgspec.MsgspecError: a row is corrupt.
    """
    state = Path(settings.state)
    here = _now(state)
    now = here if at is None else Now(at.astimezone(UTC), "SYNCED", 0.0)

    locked_out_at = None if at is not None else _read_lockout(settings, state)

    def read(connection: sqlite3.Connection) -> tuple[list[HeldDocument], PastReading | None]:
        stored = read_within_budget(connection, (), now.is_past, lambda _: True).held
        if now.at >= here.at:
            return stored, None
        box = read_box_past(connection, stored, now.at, here.at)
        return stored, PastReading(box, read_journal_plays(connection, now.at), here.at)

    stored, past = query_database(state, read)
    revoked = list_revoked(select_heads(one.document for one in stored))
    held = [one for one in stored if not is_revoked(one.document, revoked)]
    return BoxPlan(settings, held, now, past, locked_out_at)


def _read_lockout(settings: Settings, state: Path) -> datetime | None:
    if all(one.kind != "lockout" for one in settings.inputs):
        return None
    text = query_database(state, partial(key_value.get, key=LOCKOUT_SINCE))
    return parse_utc(text) if text else None


def _now(state: Path) -> Now:
    return clock_state.build_clock(read_values(state), read_rtc(), read_boot_id()).now()
