"""The sound cards that Linux sees now, and the level of a card's own mixer.

A card's number changes with every plug and every boot, so it is looked up anew each time. What
stays: the name (`USB Audio Device`) and the bus path, for which udev makes a link in
`/dev/snd/by-path` (60-persistent-alsa.rules of systemd). `/proc/asound/cards` has two lines a card
(Documentation/sound/designs/procfile.rst of Linux):

     1 [Device         ]: USB-Audio - USB Audio Device
                          C-Media Electronics Inc. USB Audio Device at usb-0000:00:14.0-2
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from drivers.errors import DeviceFault, DeviceTimeout, DeviceUnreachable
from drivers.interface import SoundCard

CARDS = Path("/proc/asound/cards")
LINKS = Path("/dev/snd/by-path")
MIXER_LIMIT_S = 3.0
_CARD = re.compile(r"^ *(\d+) \[.*?\]: .*? - (.+?)\s*$", re.MULTILINE)
_CONTROL = re.compile(r"controlC(\d+)\Z")


def list_cards(cards: Path = CARDS, links: Path = LINKS) -> list[SoundCard]:
    """The cards in the kernel's order; none where the kernel has no sound."""
    try:
        text = cards.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    ports = _list_ports(links)
    return [
        SoundCard(int(number), name, ports.get(int(number))) for number, name in _CARD.findall(text)
    ]


def find_card(
    name: str, port: str | None, cards: Path = CARDS, links: Path = LINKS
) -> SoundCard | None:
    """The card with this name, at this port if one is given; None when it is not there."""
    found = (one for one in list_cards(cards, links) if one.name == name)
    return next((one for one in found if port in (None, one.port)), None)


def _list_ports(links: Path) -> dict[int, str]:
    """Card number → its link below `/dev/snd/by-path`."""
    ports: dict[int, str] = {}
    try:
        for link in sorted(links.iterdir()):
            if target := _CONTROL.search(str(link.readlink())):
                ports.setdefault(int(target[1]), str(link))
    except OSError:  # no such folder without a card
        return ports
    return ports


def set_mixer(card: SoundCard, control: str, level_db: float) -> None:
    """Set a control of the card's mixer to a level and switch it on.

    A card that was plugged in again comes back at its own level, which may be any.

    Raises:
        DeviceUnreachable: `amixer` (package alsa-utils) is missing.
        DeviceTimeout: the card does not answer.
        DeviceFault: the card has no such control, or the control has no level in dB.
    """
    # "--": a level below zero begins like an option
    argv = ["amixer", "-q", "-c", str(card.index), "--", "sset", control, "playback"]
    argv += [f"{level_db:g}dB", "unmute"]
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=MIXER_LIMIT_S, check=False
        )
    except OSError as error:
        raise DeviceUnreachable(card.name, "mixer", str(error)) from error
    except subprocess.TimeoutExpired as error:
        raise DeviceTimeout(card.name, "mixer", "amixer does not end") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise DeviceFault(card.name, "mixer", f"{control}: {said}")
