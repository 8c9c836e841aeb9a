"""Doctor says what a capture card is and whether a picture arrives."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from agent.doctor.probes.video_input import examine_video
from agent.settings.model import VideoSource
from drivers.sim.sim_video_input import SimVideoInput
from drivers.video_input import VideoReading


def settings(path: Path) -> VideoSource:
    value = {"name": "hdmi-vao", "profile": "sim-video-input", "path": str(path)}
    return msgspec.convert(value, VideoSource)


async def test_a_card_is_described_and_one_that_is_pulled_out_is_a_fault(tmp_path: Path) -> None:
    pipe = tmp_path / "hdmi"
    os.mkfifo(pipe)
    found = await examine_video(settings(pipe))
    assert (found.state, found.text("en")) == (
        "good",
        "capture card hdmi-vao: simulated capture card",
    )
    gone = await examine_video(settings(tmp_path / "gone"))
    assert (gone.state, gone.code) == ("fault", "video_absent")
    assert gone.step("vi")


async def test_a_cable_without_a_signal_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = VideoReading(model="Cam Link 4K", has_signal=False, size=(1920, 1080))
    monkeypatch.setattr(SimVideoInput, "look", lambda _self: silent)
    found = await examine_video(settings(tmp_path / "hdmi"))
    assert (found.state, found.code) == ("fault", "video_silent")
    assert found.detail == "Cam Link 4K, 1920x1080"
