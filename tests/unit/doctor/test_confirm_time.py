"""`tramtin confirm-time`: what it writes, where, and what it says when it cannot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.__main__ import main
from agent.store.time_confirmation import FILE, read_confirmation, write_confirmation

SETTINGS = """\
station: tv-cl-0007
broker: {{host: mqtt.example.vn, port: 8883, ca: /a, cert: /b, key: /c}}
root: /d
state: {0}
outputs:
  - name: loa
    audio: {{driver: portaudio, device: default, channels: 1}}
    zones: [{{name: z, kind: ordinary, switch: {{profile: sim-amplifier}}}}]
"""


@pytest.fixture
def station(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    file = tmp_path / "station.yaml"
    file.write_text(SETTINGS.format(tmp_path / "state"))
    return file


def ask(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["confirm-time", *map(str, words)])


def test_the_day_lies_where_the_agent_looks_for_it(station: Path) -> None:
    result = ask("2028-05-12", station)
    assert (result.exit_code, "12/05/2028" in result.output) == (0, True)
    assert read_confirmation(station.parent / "state") == date(2028, 5, 12)
    english = ask("2028-05-12", station, "--lang", "en")
    assert "it is of 12/05/2028" in english.output


@pytest.mark.parametrize("day", ["12/05/2028", "2028-13-01", "today", ""])
def test_a_day_that_is_none_is_refused(station: Path, day: str) -> None:
    assert ask(day, station).exit_code == 2
    assert read_confirmation(station.parent / "state") is None


def test_without_the_right_to_write_it_says_sudo(station: Path) -> None:
    (station.parent / "state").rmdir()
    result = ask("2028-05-12", station)
    assert result.exit_code == 1
    assert "sudo" in result.output


def test_settings_with_faults_name_no_folder(station: Path) -> None:
    station.write_text("station: [")
    result = ask("2028-05-12", station)
    assert result.exit_code == 2
    assert "tramtin check" in result.output


def test_a_link_that_the_agents_user_put_there_leads_root_nowhere(tmp_path: Path) -> None:
    victim = tmp_path / "shadow"
    victim.write_text("secret")
    (tmp_path / FILE).symlink_to(victim)
    write_confirmation(tmp_path, date(2028, 5, 12))
    assert victim.read_text() == "secret"
    assert not (tmp_path / FILE).is_symlink()
    assert read_confirmation(tmp_path) == date(2028, 5, 12)
