"""`tramtin`: run the agent, or check its settings."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from agent.errors import AgentError, ConfigError
from texts.catalogue import Lang

STATION = "/etc/tramtin/station.yaml"
LANG = click.Choice(["vi", "en"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
FORMATS = ["text", "json", "csv", "ics", "svg"]
EXIT_CONFIG = 78  # EX_CONFIG: systemd must not restart


class _JsonLines(logging.Formatter):
    """One JSON object a line, for journald."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def _log_to_stderr() -> None:
    from agent.log_rate_limit import LimitedHandler

    handler = LimitedHandler()
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramtin")
def main() -> None:
    """Trạm tin: the station's agent. Plays what was signed, proves what was played."""


@main.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--demo", is_flag=True, hidden=True, help="Accept a demonstration's root.")
@click.option("--health-s", type=float, default=300.0, show_default=True, help="Health period.")
@click.option("--lang", type=LANG, default="vi", show_default=True, help="Language of faults.")
def run(file: Path, *, demo: bool, health_s: float, lang: Lang) -> None:
    """Run the agent with the settings in FILE until a signal stops it."""
    from agent.malloc import limit_heap

    limit_heap()
    from agent.bootstrap import serve, validate

    _log_to_stderr()
    try:
        report = validate(file, demo=demo)
        if report.settings is None:
            click.echo("\n".join(fault.text(lang) for fault in report.faults), err=True)
            sys.exit(EXIT_CONFIG)
        asyncio.run(serve(report.settings, file, demo=demo, health_s=health_s))
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIG)
    except AgentError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--lang", type=LANG, default="vi", show_default=True)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--print", "effective", is_flag=True, help="Print the settings in force.")
@click.option("--demo", is_flag=True, hidden=True, help="Accept a demonstration's root.")
def check(file: Path, *, lang: Lang, format_: str, effective: bool, demo: bool) -> None:
    """Check FILE as `run` would: exit 0 good, 1 faults, 2 unreadable. Warnings do not count."""
    from functools import partial

    from agent.bootstrap import validate
    from agent.doctor.plan_command import tell_policy
    from agent.settings.check_command import run_check

    proof, as_json = partial(validate, demo=demo), format_ == "json"
    sys.exit(
        run_check(file, proof, lang, as_json=as_json, effective=effective, tell_policy=tell_policy)
    )


@main.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--lang", type=LANG, default="vi", show_default=True)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--bundle", type=click.Path(path_type=Path), help="Also write a support bundle.")
@click.option("--demo", is_flag=True, hidden=True, help="Accept a demonstration's root.")
def doctor(file: Path, *, lang: Lang, format_: str, bundle: Path | None, demo: bool) -> None:
    """Examine the box and name the next step: exit 0 no faults, 1 faults, 2 unreadable settings."""
    from functools import partial

    from agent.bootstrap import validate
    from agent.doctor.command import DoctorOptions, run_doctor

    order = DoctorOptions(lang, format_ == "json", bundle)
    sys.exit(run_doctor(file, partial(validate, demo=demo), order))


@main.command("confirm-time")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--lang", type=LANG, default="vi", show_default=True)
def confirm_time(day: datetime, file: Path, *, lang: Lang) -> None:
    """Confirm to a box that holds a time jump that today is DAY: exit 0 done, 1 not, 2 unreadable.

    Take DAY (year-month-day) from your phone or a newspaper, never from the box.
    """
    from agent.doctor.confirm_time import run_confirm

    sys.exit(run_confirm(file, day.date(), lang))


@main.command("retry-messages")
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--lang", type=LANG, default="vi", show_default=True)
def retry_messages(file: Path, *, lang: Lang) -> None:
    """Verify again what was set aside after two crashes: exit 0 done, 1 not, 2 unreadable."""
    from agent.doctor.retry_messages import run_retry

    sys.exit(run_retry(file, lang))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--at", type=MOMENT, help="Local time, such as 2026-12-05T03:15; default: now.")
@click.option("--lang", type=LANG, default="vi", show_default=True)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def why(file: Path, *, at: datetime | None, lang: Lang, format_: Literal["text", "json"]) -> None:
    """What plays at a moment, by which rule, what loses or is refused, when the next change comes.

    Exit 0 done, 1 no store, 2 unreadable settings.
    """
    from agent.doctor.plan_command import run_why

    sys.exit(run_why(file, _local(at), lang, format_))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--at", type=MOMENT, help="The first day, such as 2026-12-05; default: today.")
@click.option(
    "--diff", type=click.Path(path_type=Path), help="Only what the document in this file changes."
)
@click.option("--lang", type=LANG, default="vi", show_default=True)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text")
def rehearse(
    file: Path,
    *,
    days: int,
    at: datetime | None,
    diff: Path | None,
    lang: Lang,
    format_: Literal["text", "json", "csv", "ics", "svg"],
) -> None:
    """What this box will play on the days ahead, and what it refuses and why.

    Exit 0 done, 1 no store or no document in the file of --diff, 2 unreadable settings.
    """
    if diff is not None:
        from agent.doctor.correction_command import run_rehearse_diff

        sys.exit(run_rehearse_diff(file, diff, _local(at), days, lang, format_))
    from agent.doctor.plan_command import run_rehearse

    sys.exit(run_rehearse(file, _local(at), days, lang, format_))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=STATION)
@click.option("--all", "is_all", is_flag=True, help="Also records that the centre has confirmed.")
@click.option("--bundle", is_flag=True, help="Also put a support bundle onto the stick.")
@click.option("--by-udev", is_flag=True, hidden=True, help="Plugged in, not typed.")
@click.option("--lang", type=LANG, default="vi", show_default=True)
def stick(
    folder: Path, file: Path, *, is_all: bool, bundle: bool, by_udev: bool, lang: Lang
) -> None:
    """Take what the centre has put onto a USB stick mounted at FOLDER, and give the journal.

    Exit 0 done, 1 something was refused or failed, 2 unreadable settings.
    """
    from agent.stick.hand_over import Choice
    from agent.stick.stick_command import run_stick

    choice = Choice("stick" if by_udev else "console", is_all, bundle)
    sys.exit(run_stick(folder, file, choice, lang))


@main.command("blank-boards")
@click.argument("folder", type=click.Path(path_type=Path), envvar="RUNTIME_DIRECTORY")
def blank_boards(folder: Path) -> None:
    """Turn the boards black that the service has driven; FOLDER is its runtime directory.

    systemd calls it behind the end of the service. Exit 0 always: nothing waits for it.
    """
    from agent.doctor.blank_boards import run_blank

    run_blank(folder)


def _local(at: datetime | None) -> datetime | None:
    """A moment as a person writes it: local time."""
    from agent.contract.local_time import LOCAL

    return None if at is None else at.replace(tzinfo=LOCAL)


@main.command()
@click.option("--reference", is_flag=True, help="The reference page instead of the JSON Schema.")
def schema(*, reference: bool) -> None:
    """Print the JSON Schema of station.yaml for editors, or the page that explains every key."""
    from agent.settings.reference import build_reference
    from agent.settings.schema import build_schema

    click.echo(build_reference() if reference else build_schema(), nl=False)


if __name__ == "__main__":
    main()
