"""`tramtin`: run the agent, or check its settings."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import click

from agent.errors import AgentError, ConfigError

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
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramtin")
def main() -> None:
    """Trạm tin: the station's agent. Plays what was signed, proves what was played."""


@main.command()
@click.argument("file", type=click.Path(path_type=Path), default="/etc/tramtin/station.yaml")
@click.option("--demo", is_flag=True, hidden=True, help="Accept a demonstration's root.")
@click.option("--health-s", type=float, default=300.0, show_default=True, help="Health period.")
def run(file: Path, *, demo: bool, health_s: float) -> None:
    """Run the agent with the settings in FILE until it is told to stop."""
    from agent.settings.fault import SettingsFaults
    from agent.settings.load import check_files, load_marked
    from agent.start import serve

    _log_to_stderr()
    try:
        settings, tree = load_marked(file)
        if faults := check_files(settings, str(file), tree):
            raise SettingsFaults(faults)
        asyncio.run(serve(settings, demo=demo, health_s=health_s))
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIG)
    except AgentError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def check(file: Path, lang: str, format_: str) -> None:
    """Check FILE: exit 0 good, 1 faults, 2 unreadable."""
    from agent.settings.check import run_check

    sys.exit(run_check(file, lang, format_))


if __name__ == "__main__":
    main()
