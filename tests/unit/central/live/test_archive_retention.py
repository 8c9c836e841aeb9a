"""Voices go by age and by size, the oldest first; nothing else in the folder is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import YamlFaults
from central.__main__ import main
from central.cli.live_session import _remove_expired
from central.live.archive import SEGMENTS, build_folder_name
from central.live.archive_retention import (
    FILE,
    Retention,
    find_expired,
    load_retention,
    remove_expired,
    store_retention,
)

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def add_voice(folder: Path, *, days_ago: float, number: int = 0, size: int = 1_000_000) -> Path:
    path = folder / build_folder_name(f"{number:032x}", NOW - timedelta(days=days_ago))
    path.mkdir()
    with (path / SEGMENTS).open("wb") as file:
        file.truncate(size)
    return path


def test_a_voice_older_than_its_time_goes_and_a_younger_one_stays(tmp_path: Path) -> None:
    old = add_voice(tmp_path, days_ago=401)
    add_voice(tmp_path, days_ago=399)
    assert find_expired(tmp_path, Retention(), NOW) == [old]


def test_the_oldest_go_until_the_rest_has_room(tmp_path: Path) -> None:
    voices = [add_voice(tmp_path, days_ago=days) for days in (9, 7, 5, 3)]
    assert find_expired(tmp_path, Retention(keep_gb=0.0021), NOW) == voices[:2]


def test_what_is_younger_than_a_day_stays_whatever_its_size(tmp_path: Path) -> None:
    old = add_voice(tmp_path, days_ago=2)
    add_voice(tmp_path, days_ago=0.5, size=10**10)
    assert find_expired(tmp_path, Retention(keep_gb=1), NOW) == [old]


def test_nothing_but_voices_is_removed(tmp_path: Path) -> None:
    old = add_voice(tmp_path, days_ago=500)
    elsewhere = add_voice(tmp_path.parent, days_ago=500, number=1)
    (tmp_path / elsewhere.name).symlink_to(elsewhere)
    (tmp_path / "20201122T080000Z-ghi-chep").mkdir()
    (tmp_path / f"20209922T080000Z-{1:032x}").mkdir()
    (tmp_path / "ghi.txt").write_text("x")
    before = set(tmp_path.iterdir())
    assert remove_expired(tmp_path, NOW) == [old]
    assert set(tmp_path.iterdir()) == before - {old}
    assert (elsewhere / SEGMENTS).exists()


def test_a_file_with_a_fault_removes_nothing(tmp_path: Path) -> None:
    add_voice(tmp_path, days_ago=500)
    (tmp_path / FILE).write_text("keep_day: 1\n")
    before = set(tmp_path.iterdir())
    with pytest.raises(YamlFaults):
        remove_expired(tmp_path, NOW)
    assert set(tmp_path.iterdir()) == before


def test_what_is_stored_is_read_again(tmp_path: Path) -> None:
    assert load_retention(tmp_path) == Retention(400, 20.0)
    store_retention(tmp_path, Retention(30, 2.0))
    assert load_retention(tmp_path) == Retention(30, 2.0)


def test_the_command_changes_one_figure_and_the_list_shows_both(tmp_path: Path) -> None:
    words = ["--archive", str(tmp_path)]
    assert CliRunner().invoke(main, ["live", "keep", "--days", "30", *words]).exit_code == 0
    listed = CliRunner().invoke(main, ["live", "list", *words, "--lang", "en"]).output
    assert listed.startswith("0 voice(s), 0.00 GB; kept for 30 days, at most 20 GB")


def test_what_cannot_be_removed_behind_a_voice_is_told_and_fails_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = build_folder_name("0" * 32, datetime.now(UTC) - timedelta(days=500))
    (tmp_path / old).mkdir()
    (tmp_path / FILE).write_text("keep_gb: much\n")
    _remove_expired(tmp_path, "en")
    assert "NOTE: voices that are kept no longer are not removed: " in capsys.readouterr().err
    (tmp_path / FILE).unlink()
    _remove_expired(tmp_path, "en")
    assert capsys.readouterr().out == f"1 voice(s) kept no longer removed, up to {old}\n"
    assert not (tmp_path / old).exists()
