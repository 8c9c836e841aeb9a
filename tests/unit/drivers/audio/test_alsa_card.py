"""Which sound cards the kernel sees, read from the two places where Linux says so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from drivers.audio import alsa_card
from drivers.audio.alsa_card import find_card, list_cards, set_mixer
from drivers.errors import DeviceFault, DeviceUnreachable
from drivers.interface import SoundCard

# A Raspberry Pi 4 with two USB cards of one kind, as its kernel prints them.
CARDS = """\
 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 1 [Device         ]: USB-Audio - USB Audio Device
                      C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.2, full speed
 2 [Device_1       ]: USB-Audio - USB Audio Device
                      C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.3, full speed
"""
PORT = "platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.{}:1.0"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    cards, links = tmp_path / "cards", tmp_path / "by-path"
    cards.write_text(CARDS)
    links.mkdir()
    (links / PORT.format(2)).symlink_to("../controlC1")
    (links / PORT.format(3)).symlink_to("../controlC2")
    return cards, links


def test_cards_have_number_name_and_socket(files: tuple[Path, Path]) -> None:
    links = files[1]
    assert list_cards(*files) == [
        SoundCard(0, "bcm2835 Headphones"),
        SoundCard(1, "USB Audio Device", str(links / PORT.format(2))),
        SoundCard(2, "USB Audio Device", str(links / PORT.format(3))),
    ]


def test_two_cards_of_one_kind_are_told_apart_by_their_socket(files: tuple[Path, Path]) -> None:
    port = str(files[1] / PORT.format(3))
    found = find_card("USB Audio Device", port, *files)
    assert found is not None
    assert found.index == 2
    assert find_card("USB Audio Device", None, *files) == list_cards(*files)[1]


def test_another_card_in_the_socket_is_not_the_configured_one(files: tuple[Path, Path]) -> None:
    port = str(files[1] / PORT.format(2))
    assert find_card("Other Card", port, *files) is None
    assert find_card("USB Audio Device", "/dev/snd/by-path/elsewhere", *files) is None


def test_a_kernel_without_sound_has_no_cards(tmp_path: Path) -> None:
    assert list_cards(tmp_path / "none", tmp_path / "none") == []
    (tmp_path / "cards").write_text("--- no soundcards ---\n")
    assert list_cards(tmp_path / "cards", tmp_path / "none") == []


def fake_amixer(monkeypatch: pytest.MonkeyPatch, code: int, stderr: bytes = b"") -> list[list[str]]:
    calls: list[list[str]] = []

    def run(argv: list[str], **_options: object) -> subprocess.CompletedProcess[bytes]:
        calls.append(argv)
        return subprocess.CompletedProcess(argv, code, b"", stderr)

    monkeypatch.setattr(alsa_card.subprocess, "run", run)
    return calls


def test_the_mixer_is_set_in_db_and_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_amixer(monkeypatch, 0)
    set_mixer(SoundCard(2, "USB Audio Device"), "PCM", -6.5)
    # amixer(1): options end at `--`, a level in dB has the suffix dB
    expected = "amixer -q -c 2 -- sset PCM playback -6.5dB unmute"
    assert calls == [expected.split()]


def test_a_control_that_the_card_has_not_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_amixer(monkeypatch, 1, b"amixer: Unable to find simple control 'PCM',0\n\nmore\n")
    with pytest.raises(DeviceFault, match=r"PCM: amixer: Unable to find simple control 'PCM',0$"):
        set_mixer(SoundCard(0, "Headphones"), "PCM", 0.0)


def test_without_amixer_the_card_s_level_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], **_options: object) -> None:
        raise FileNotFoundError(argv[0])

    monkeypatch.setattr(alsa_card.subprocess, "run", run)
    with pytest.raises(DeviceUnreachable, match="amixer"):
        set_mixer(SoundCard(0, "Headphones"), "PCM", 0.0)
