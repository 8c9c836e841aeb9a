"""What arrives at the capture cards of one board, in the scenes of the items that grant it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from msgspec import UNSET, structs

from agent.clock import Clock
from agent.contract.scene import FPS, Element, Scene
from agent.play.board.board_session import BoardSession
from agent.play.board.face_tests import SendCommand
from agent.play.board.film import FAULTS
from agent.play.board.scene_box import Size
from agent.play.board.video_feed import FaultSink, VideoFeed
from agent.play.clip_messages import AddClip
from agent.play.ipc import WorkerFault
from agent.play.item import Item
from drivers.video_input import VideoInput

# The whole face; a video of a document always names a medium.
_PICTURE = Element("video", [0, 0, 1000, 1000])


class CapturePictures:
    """See `live_pictures.LivePictures`.

    Args:
        videos: name of an input → its driver.
        sizes: (width_px, height_px) of the board's faces.
        clock: the only source of time.
        on_fault: called with (kind, name of the input, hint); hint None when the fault is over.
        send: a command to the present board process.
        changed: called when a card has a picture, or none any more.
    """

    def __init__(
        self,
        videos: Mapping[str, VideoInput],
        sizes: Mapping[str, Size],
        clock: Clock,
        on_fault: FaultSink,
        send: SendCommand,
        changed: Callable[[], None],
    ) -> None:
        self._sizes = sizes
        self._clock = clock
        self._send = send
        self._feeds = {
            name: VideoFeed(name, video, sizes, on_fault, changed) for name, video in videos.items()
        }
        self._wanting: dict[str, set[str]] = {}
        self._given: dict[str, VideoFeed] = {}  # session → what it shows

    def place(self, face: str, item: Item | None) -> Item | None:
        """See `LivePictures.place`."""
        feed = self._find(item)
        if item is None or item.scene is None or feed is None:
            return item
        self._wanting.setdefault(feed.name, set()).add(face)
        if not feed.has_picture(face):
            return item
        return replace(item, scene=_show_picture(item.scene))

    def settle(self) -> None:
        """See `LivePictures.settle`."""
        wanting, self._wanting = self._wanting, {}
        for name, feed in self._feeds.items():
            feed.want(frozenset(wanting.get(name, ())))
        if not wanting:
            self._given.clear()

    def give(self, session: BoardSession) -> None:
        """See `LivePictures.give`."""
        feed, scene = self._find(session.item), session.item.scene
        if feed is None or scene is None or not _shows_picture(scene):
            return
        self._given[session.id] = feed
        left_s = (session.item.end_at - self._clock.now().at).total_seconds()
        for face in session.faces:
            if (fd := feed.take(face, session.id)) is not None:
                frames, begin_mono_s = max(1, round(left_s * FPS)), feed.begin_mono_s
                size = self._sizes[face]
                clip = AddClip(session.id, [face], *size, FPS, frames, begin_mono_s)
                self._send(clip, fd)

    def take_failed(self, fault: WorkerFault) -> bool:
        """See `LivePictures.take_failed`."""
        feed = self._given.get(fault.id or "")
        if feed is None or fault.code not in FAULTS:
            return False
        feed.read_anew(fault.detail)
        return True

    async def stop(self) -> None:
        """See `LivePictures.stop`."""
        for feed in self._feeds.values():
            await feed.stop()

    def _find(self, item: Item | None) -> VideoFeed | None:
        scene = None if item is None else item.scene
        return None if scene is None or scene.input is UNSET else self._feeds.get(scene.input)


def _show_picture(scene: Scene) -> Scene:
    return structs.replace(scene, elements=[_PICTURE], regions=UNSET, fade_ms=UNSET)


def _shows_picture(scene: Scene) -> bool:
    return any(one.kind == "video" and one.media is None for one in scene.elements)
