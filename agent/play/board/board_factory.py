"""Builds a board output from the settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from agent.contract.ids import StationId
from agent.errors import ConfigError
from agent.play.board.board_config import board_argv, list_places
from agent.play.board.board_output import BoardOutput
from agent.play.board.live_pictures import MakePictures, NoPictures
from agent.play.ipc import BoardEvent
from agent.play.item import OutputContext, Rundown
from agent.play.worker_process import WorkerProcess
from agent.settings.model import Output, VideoSource
from drivers.errors import UnsupportedFeature
from drivers.registry import load_video_input

if TYPE_CHECKING:
    from drivers.video_input import VideoInput


def build_board_output(
    output: Output, station: StationId, context: OutputContext, rundowns: Mapping[str, Rundown]
) -> BoardOutput:
    """A board output: a board process and its faces, each with its part of the schedule."""
    if output.board is None:
        raise ValueError(f"{output.name} has no board")
    faces = list_places(output)
    sizes = {face: place.size for face, place in faces.items()}
    argv = board_argv(
        station,
        output.board.profile,
        output.board.path,
        faces,
        str(context.media.folder),
        output.board.options,
    )
    return BoardOutput(
        output.name,
        {face: rundowns.get(face, context.rundown) for face in faces},
        lambda on_event, on_lost: WorkerProcess(
            argv, BoardEvent, on_event, on_lost, name=output.name
        ),
        context,
        sizes,
        _build_pictures(output, sizes, context),
    )


def _build_pictures(
    output: Output, sizes: Mapping[str, tuple[int, int]], context: OutputContext
) -> MakePictures:
    """What reads a board's capture cards; its modules load only where the settings name one.

    Raises:
        ConfigError: E_DRIVER, no such profile, or an unknown option in the settings.
    """
    if not output.video_inputs:
        return NoPictures
    from agent.play.board.capture_pictures import CapturePictures

    videos = {one.name: _load_video(one) for one in output.video_inputs}
    return partial(CapturePictures, videos, sizes, context.clock, context.on_fault)


def _load_video(settings: VideoSource) -> VideoInput:
    try:
        return load_video_input(
            settings.profile, name=settings.name, path=settings.path, **settings.options
        )
    except UnsupportedFeature as error:
        raise ConfigError("E_DRIVER", settings.name, str(error)) from error
