"""The schema of a command beyond its type: its arguments, and that it acts at once."""

from __future__ import annotations

import re

from msgspec import UNSET

from agent.contract.command_args import (
    EVERY_ZONE,
    FULL_PCT,
    LONGEST_MUTE,
    QUIETEST_DB,
    CommandArgs,
    read_args,
)
from agent.contract.document import Command
from agent.contract.report import MAX_PICTURES
from agent.contract.utc import is_utc, parse_utc
from agent.trust.schema_error import require as _require

MAX_ARGS = 32
MAX_ZONES = 64
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def check_command(document: Command) -> None:
    """Check the arguments, each by what the command does.

    A command acts at once: one that waits for its moment could meet another state of the station
    than its signer saw.

    Raises:
        SchemaError: names the first value that breaks a rule.
        msgspec.ValidationError: an argument has another type.
    """
    _require(len(document.args) <= MAX_ARGS, "args", f"at most {MAX_ARGS}")
    at_once = parse_utc(document.not_before) <= parse_utc(document.issued)
    _require(at_once, "not_before", "not later than issued: a command acts at once")
    args = read_args(document)
    _check_zones(args)
    if document.do == "volume":
        given = args.gain_db is not UNSET and QUIETEST_DB <= args.gain_db <= 0
        _require(given, "args.gain_db", f"{QUIETEST_DB} to 0")
        _require(args.until is UNSET or _is_later(document, args), "args.until", "UTC, ahead")
    elif document.do == "dim":
        given = args.pct is not UNSET and 1 <= args.pct <= FULL_PCT
        _require(given, "args.pct", f"1 to {FULL_PCT}")
        _require(args.until is UNSET or _is_later(document, args), "args.until", "UTC, ahead")
    elif document.do in ("mute", "blank"):
        _require(_is_later(document, args), "args.until", "a UTC moment later than issued")
        limit = parse_utc(document.issued) + LONGEST_MUTE
        _require(parse_utc(str(args.until)) <= limit, "args.until", "at most 7 days ahead")
    elif document.do == "screenshot":
        few = args.zones is not UNSET and len(args.zones) <= MAX_PICTURES
        _require(few and not args.is_every_zone, "args.zones", f"1 to {MAX_PICTURES} faces")
    elif document.do == "tone":
        is_one = args.zones is not UNSET and len(args.zones) == 1 and not args.is_every_zone
        _require(is_one, "args.zones", "one zone")


def _check_zones(args: CommandArgs) -> None:
    if args.zones is UNSET:
        return
    _require(1 <= len(args.zones) <= MAX_ZONES, "args.zones", f"1 to {MAX_ZONES} zones, or *")
    _require(len(set(args.zones)) == len(args.zones), "args.zones", "no zone twice")
    plain = all(zone == EVERY_ZONE or _NAME.fullmatch(zone) for zone in args.zones)
    _require(plain, "args.zones", "plain names, or *")


def _is_later(document: Command, args: CommandArgs) -> bool:
    if args.until is UNSET or not is_utc(args.until):
        return False
    return parse_utc(args.until) > parse_utc(document.issued)
