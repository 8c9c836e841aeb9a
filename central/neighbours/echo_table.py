"""A proposal as text, JSON, CSV and snippets of station-configs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from central.messages.catalogue import translate
from central.neighbours.echo import Echo, EchoRule
from central.neighbours.grouping import Pair, Proposal
from texts.catalogue import Lang

COLUMNS = ("id", "name", "group", "gap_ms", "starts_after_ms", "add_delay_ms", "echoes_with")


def format_turn(ms: int) -> str:
    """A time to wait: `0″`, `50″`, `3′10″`, `2h05′`."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes >= 60:
        return f"{minutes // 60}h{minutes % 60:02}′"
    return f"{minutes}′{seconds:02}″" if minutes else f"{seconds}″"


def describe_proposal(
    found: Proposal, rule: EchoRule, gap_ms: int, lang: Lang, most_groups: int
) -> Iterator[str]:
    """The lines of the table for a person."""
    pairs = {**found.echoes, **found.aligned}
    yield _say(
        lang, "summary", len(found.poles), len(pairs), found.group_count, format_turn(gap_ms)
    )
    per_m = _decimal(f"{rule.ms_per_m:.2f}", lang)
    figures = (rule.echo_ms, rule.level_db, rule.temperature_c)
    yield _say(lang, "rule", *(_decimal(f"{one:g}", lang) for one in figures), per_m)
    if not pairs:
        yield _say(lang, "none")
    if left := found.remaining():
        yield _say(lang, "remaining", len(left), most_groups)
    yield ""
    yield from _align(list(_pole_rows(found, gap_ms, lang)))
    if any(found.ahead_ms):
        yield _say(lang, "delay_hint")
    if pairs:
        yield ""
        yield from _align(list(_pair_rows(found, lang)))


def encode_json(found: Proposal, rule: EchoRule, gap_ms: int) -> str:
    """The proposal as one JSON object."""
    pairs = sorted({**found.echoes, **found.aligned}.items())
    value = {
        "rule": {
            "echo_ms": rule.echo_ms, "level_db": rule.level_db,
            "temperature_c": rule.temperature_c, "ms_per_m": round(rule.ms_per_m, 4),
        },
        "groups": found.group_count,
        "gap_ms": gap_ms,
        "poles": list(_records(found, gap_ms)),
        "pairs": [_pair_record(found, pair, echo) for pair, echo in pairs],
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def encode_csv(found: Proposal, gap_ms: int) -> str:
    """One line a pole, as spreadsheets read it; names that look like a formula get a quote."""
    text = io.StringIO()
    lines = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    lines.writeheader()
    for record in _records(found, gap_ms):
        name = record["name"]
        record["name"] = f"'{name}" if name.startswith(("=", "+", "-", "@", "\t")) else name
        lines.writerow({**record, "echoes_with": " ".join(record["echoes_with"])})
    return text.getvalue()


def snippets(found: Proposal, gap_ms: int) -> Iterator[tuple[str, bytes]]:
    """Of each station its id and a merge patch (RFC 7396) for the payload of its station-config."""
    for pole, group in zip(found.poles, found.groups, strict=True):
        patch = {"policy": {"stagger": {"group": group, "gap_ms": gap_ms}}}
        yield pole.id, msgspec.json.encode(patch) + b"\n"


def _records(found: Proposal, gap_ms: int) -> Iterator[dict[str, Any]]:
    partners = list_partners(found)
    for index, pole in enumerate(found.poles):
        yield {
            "id": pole.id,
            "name": pole.name,
            "group": found.groups[index],
            "gap_ms": gap_ms,
            "starts_after_ms": found.groups[index] * gap_ms,
            "add_delay_ms": found.ahead_ms[index],
            "echoes_with": [found.poles[other].id for other in partners[index]],
        }


def list_partners(found: Proposal) -> list[list[int]]:
    """For each pole those with which it would make an echo, in the order of the file."""
    partners: list[list[int]] = [[] for _ in found.poles]
    for one, other in found.echoes:
        partners[one].append(other)
        partners[other].append(one)
    return [sorted(row) for row in partners]


def _pair_record(found: Proposal, pair: Pair, echo: Echo) -> dict[str, Any]:
    return {
        "poles": [found.poles[index].id for index in pair],
        "distance_m": round(echo.distance_m, 1),
        "air_ms": round(echo.air_ms),
        "area_share": round(echo.share, 3),
        "between_m": [[round(end) for end in stretch] for stretch in echo.between_m],
        "outcome": _outcome(found, pair) or "in_turn",
    }


def _outcome(found: Proposal, pair: Pair) -> str:
    if found.groups[pair[0]] != found.groups[pair[1]]:
        return ""
    return "resolved" if pair in found.aligned else "remains"


def _pole_rows(found: Proposal, gap_ms: int, lang: Lang) -> Iterator[Sequence[str]]:
    has_delay = any(found.ahead_ms)
    heads = ("pole", "group", "starts", *(["delay"] if has_delay else []), "hears")
    yield [_say(lang, head) for head in heads]
    partners = list_partners(found)
    for index, pole in enumerate(found.poles):
        group, ahead = found.groups[index], found.ahead_ms[index]
        yield [
            f"{pole.id} {pole.name}".strip(),
            str(group),
            format_turn(group * gap_ms),
            *([f"+{ahead} ms" if ahead else ""] if has_delay else []),
            ", ".join(found.poles[other].id for other in partners[index]) or "–",
        ]


def _pair_rows(found: Proposal, lang: Lang) -> Iterator[Sequence[str]]:
    yield [_say(lang, head) for head in ("pair", "apart", "air", "share", "between")]
    for pair, echo in sorted({**found.echoes, **found.aligned}.items()):
        stretches = ", ".join(f"{first:.0f}–{last:.0f} m" for first, last in echo.between_m)
        where = stretches or _say(lang, "outside")
        outcome = _outcome(found, pair)
        yield [
            " – ".join(found.poles[index].id for index in pair),
            f"{echo.distance_m:.0f} m",
            f"{echo.air_ms:.0f} ms",
            f"{max(1, round(echo.share * 100))} %",
            f"{where}  {_say(lang, outcome)}" if outcome else where,
        ]


def _align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _decimal(number: str, lang: Lang) -> str:
    return number.replace(".", ",") if lang == "vi" else number


def _say(lang: Lang, code: str, *args: object) -> str:
    return translate(lang, f"echo.{code}", *args)
