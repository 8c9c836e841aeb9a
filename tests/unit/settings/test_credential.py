from __future__ import annotations

from pathlib import Path

import pytest

from agent.settings.credential import find_credential


@pytest.fixture
def handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as systemd makes it for LoadCredential=device.key:..."""
    (tmp_path / "device.key").write_text("copy")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path


def test_the_copy_that_systemd_provides_is_read(handed_over: Path) -> None:
    assert find_credential("/etc/tramtin/device.key") == str(handed_over / "device.key")


def test_a_file_without_a_copy_from_systemd_keeps_its_path(handed_over: Path) -> None:
    assert handed_over.is_dir()
    assert find_credential("/etc/tramtin/other.key") == "/etc/tramtin/other.key"


def test_without_systemd_the_path_of_the_settings_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert find_credential("/etc/tramtin/device.key") == "/etc/tramtin/device.key"
