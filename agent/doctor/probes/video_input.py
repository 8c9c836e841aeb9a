"""Asks a capture card what it is and whether a picture arrives; reads none."""

from __future__ import annotations

import asyncio

from agent.doctor.finding import ProbeFinding, fault, good
from agent.settings.model import VideoSource
from drivers import registry
from drivers.errors import DeviceUnreachable
from drivers.video_input import VideoReading


async def examine_video(want: VideoSource) -> ProbeFinding:
    """One finding: model, size and signal.

    Raises:
        UnsupportedFeature: no such profile, an unknown setting, or a device that captures nothing.
    """
    card = await asyncio.to_thread(
        registry.load_video_input, want.profile, name=want.name, path=want.path, **want.options
    )
    try:
        found = await asyncio.to_thread(card.look)
    except DeviceUnreachable as error:
        return fault("video_absent", want.name, detail=str(error))
    if found.has_signal is False:
        return fault("video_silent", want.name, detail=_describe(found))
    return good("video_good", want.name, _describe(found))


def _describe(found: VideoReading) -> str:
    size = "" if found.size is None else f", {found.size[0]}x{found.size[1]}"
    return f"{found.model}{size}"
