"""`tramtin-central echo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.draft_commands import read_span
from central.cli.options import ANY, FILE
from central.messages.catalogue import PHRASES, translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from datetime import timedelta

    from central.neighbours.echo import EchoRule
    from central.neighbours.grouping import Proposal

LATEST_MS = 6 * 3_600_000  # boxes refuse a start further behind its written time


def _help(name: str) -> str:
    text = PHRASES[f"echo.help.{name}"]
    return f"{text.vi} · {text.en}"


@click.command()
@click.argument("poles", type=FILE)
@click.option(
    "--temperature",
    type=click.FloatRange(-10, 50),
    default=28.0,
    show_default=True,
    help=_help("temperature"),
)
@click.option("--reach", type=click.FloatRange(20, 3000), help=_help("reach"))
@click.option(
    "--longest", callback=read_span, default="3m", show_default=True, help=_help("longest")
)
@click.option(
    "--groups", type=click.IntRange(1, 64), default=64, show_default=True, help=_help("groups")
)
@click.option(
    "--echo-ms",
    type=click.FloatRange(20, 200),
    default=50.0,
    show_default=True,
    help=_help("limit"),
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help=_help("format"),
)
@click.option("--map", "map_", type=ANY, help=_help("map"))
@click.option("--configs", type=click.Path(path_type=Path, file_okay=False), help=_help("configs"))
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help=_help("lang")
)
@handle_errors
def echo(  # noqa: PLR0913 - one an option
    *, poles: Path, temperature: float, reach: float | None, longest: timedelta, groups: int,
    echo_ms: float, format_: str, map_: Path | None, configs: Path | None, lang: Lang,
) -> None:  # fmt: skip
    """Chia nhóm cột loa cho khỏi vọng tiếng · Group POLES so that no two make an echo.

    POLES: tệp YAML hay CSV, mỗi cột một dòng: id, lat, lon (độ, WGS 84) hoặc x, y (mét); thêm được
    name, horns (hướng loa, độ: 0 là bắc, 90 là đông), reach_m (tầm nghe rõ).

    POLES: a YAML or CSV file, one pole a line: id, lat, lon (degrees, WGS 84) or x, y (metres);
    name, horns (azimuths in degrees: 0 north, 90 east) and reach_m may follow.
    """
    from central.neighbours.echo import EchoRule
    from central.neighbours.grouping import gap_ms, propose
    from central.neighbours.pole_file import load_poles

    found_poles = load_poles(poles, reach)
    rule = EchoRule(temperature_c=temperature, echo_ms=echo_ms)
    found = propose(found_poles, rule, groups)
    gap = gap_ms(round(longest.total_seconds() * 1000), found_poles, rule)
    _require_in_time(found, gap, str(poles), lang)
    click.echo(_table(found, rule, gap, format_, lang, groups))
    try:
        _write(found, gap, map_, configs, lang)
    except OSError as error:
        told = translate(lang, "echo.unwritable", error.strerror)
        raise ConfigError("E_USAGE", str(error.filename), told) from error


def _table(found: Proposal, rule: EchoRule, gap: int, format_: str, lang: Lang, groups: int) -> str:
    from central.neighbours.echo_table import describe_proposal, encode_csv, encode_json

    if format_ == "json":
        return encode_json(found, rule, gap)
    if format_ == "csv":
        return encode_csv(found, gap).rstrip("\n")
    return "\n".join(describe_proposal(found, rule, gap, lang, groups))


def _require_in_time(found: Proposal, gap: int, name: str, lang: Lang) -> None:
    from central.neighbours.echo_table import format_turn

    if (found.group_count - 1) * gap > LATEST_MS:
        told = translate(lang, "echo.too_late", found.group_count, format_turn(gap))
        raise ConfigError("E_USAGE", name, told)


def _write(found: Proposal, gap: int, map_: Path | None, configs: Path | None, lang: Lang) -> None:
    """Write map and snippets; what is said of them goes to stderr, beside a table for programs."""
    from central.neighbours.echo_map import draw_map
    from central.neighbours.echo_table import snippets

    if map_ is not None:
        map_.write_text(draw_map(found, gap, lang), encoding="utf-8")
        click.echo(translate(lang, "written", map_), err=True)
    if configs is not None:
        configs.mkdir(parents=True, exist_ok=True)
        for station, patch in snippets(found, gap):
            (configs / f"{station}.json").write_bytes(patch)
        click.echo(translate(lang, "echo.configs", len(found.poles), configs), err=True)
