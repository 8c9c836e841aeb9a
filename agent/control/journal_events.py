"""A journal record in short, as the page lists it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.clock import NTS
from agent.contract.proof import read_proof
from agent.contract.report import Record
from agent.contract.utc import parse_utc
from agent.control.station_status import JournalEvent
from agent.control.voice_level import judge_peak

LONGEST = 120


def build_event(record: Record, titles: Mapping[str, str]) -> JournalEvent:
    """The record in short.

    Args:
        record: any.
        titles: of entries that are held, by `<doc_id>/<entry>`.
    """
    code, subject, detail = _short_proof(record) or _short(record, titles)
    at = None if record.clock.quality == "FLOOR" else parse_utc(record.at)
    return JournalEvent(record.seq, at, code, subject[:LONGEST], detail[:LONGEST])


def _short(record: Record, titles: Mapping[str, str]) -> tuple[str, str, str]:
    play, about = record.play, record.detail or {}
    if play is not None:
        return f"play.{play.result}", play.title, play.reason or play.output

    def say(key: str) -> str:
        value = about.get(key)
        return "" if value is None else str(value)

    match record.kind:
        case "fault":
            return f"fault.{say('state') or 'begins'}", say("what"), say("subject")
        case "refusal" if about.get("kind") == "entry":
            name = f"{say('doc_id')}/{say('subject')}"
            return say("code"), titles.get(name, say("subject")), say("hint")
        case "refusal":
            return say("code"), say("kind"), say("hint")
        case "command":
            return _voice_level(about) or _command(say)
        case _:
            who = say("by") if record.kind == "silence" else ""
            by_nts = record.kind == "clock_fix" and say("by") == NTS
            return "clock_fix.nts" if by_nts else record.kind, who, say("state")


def _short_proof(record: Record) -> tuple[str, str, str] | None:
    """What was found about a play; None for any other record."""
    proof = read_proof(record.detail)
    if proof is None:
        return None
    if proof.heard is None:
        return "proof.unknown", proof.level, proof.why or ""
    word = "heard" if proof.heard else "not_heard"
    return f"proof.{word}", proof.level, proof.method or ""


def _voice_level(about: Mapping[str, object]) -> tuple[str, str, str] | None:
    """How loud somebody has spoken who ended by themselves; None for any other record."""
    peak_dbfs = about.get("peak_dbfs")
    if about.get("reason") is not None or not isinstance(peak_dbfs, int | float):
        return None
    return f"voice.{judge_peak(peak_dbfs)}", str(about.get("by", "")), f"{peak_dbfs:.0f} dBFS"


def _command(say: Callable[[str], str]) -> tuple[str, str, str]:
    """An operation, or a press of an emergency key or of a microphone's."""
    if say("what") == "emergency-key":
        return f"key.{say('result') or 'refused'}", say("by"), say("code")
    if say("input"):
        why = say("rule") or say("code") or say("reason")
        return f"voice.{say('state') or say('result')}", say("by"), why
    is_done = say("result") == "done"
    why = say("code") or say("result")
    return f"use.{say('do')}", say("subject"), say("from") if is_done else why
