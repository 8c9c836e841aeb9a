"""The sources of sound that this box has: kind → what makes the source of an item.

A new kind needs one entry here; outputs and sessions know no kinds. What is not in the settings is
not loaded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from agent.play.decode.file_source import file_source
from agent.play.item import Item, MediaFiles, SourceTable
from agent.play.sound_source import SoundSource
from agent.play.speaker_line import FaultSink
from agent.settings.model import VoiceDevice

if TYPE_CHECKING:
    from agent.play.capture.voice_input import VoiceInput

WaitReleased = Callable[[str], Awaitable[str | None]]


def build_sources(
    media: MediaFiles,
    voices: Mapping[str, VoiceInput] | None = None,
    wait_released: WaitReleased | None = None,
) -> SourceTable:
    """The sources of this box.

    Args:
        media: the files in store.
        voices: microphones and line-ins by their names.
        wait_released: waits until the person of an item's key is to be heard no more.
    """
    table: SourceTable = {"file": partial(file_source, media=media), "chime": _chime_source}
    if not voices or wait_released is None:
        return table
    from agent.play.capture.voice_input import make_voice_source

    make = partial(
        make_voice_source, devices=voices, wait_released=wait_released,
        high_pass_hz=media.high_pass_hz,
    )  # fmt: skip
    return {**table, "microphone": make, "line-in": make}


def _chime_source(item: Item) -> SoundSource:
    from agent.play.sound.check_chime import CheckChime  # loads once a week at the most

    return CheckChime(item)


def build_voice_inputs(
    devices: Sequence[VoiceDevice], on_fault: FaultSink
) -> dict[str, VoiceInput]:
    """The voice inputs of the settings by their names; none of them is opened."""
    if not devices:
        return {}
    from agent.play.capture.voice_input import build_voice_input

    return {one.name: build_voice_input(one, on_fault) for one in devices}
