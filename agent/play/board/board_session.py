"""One item on the faces of a board, from the command to the closed record."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection

import msgspec

from agent.clock import mono_s
from agent.contract.ids import Digest
from agent.contract.priority import Level
from agent.contract.scene import Scene
from agent.play.board.banner import add_banner
from agent.play.board.film import find_film
from agent.play.clip_messages import ClipCount
from agent.play.ipc import MoveScene, Shown, ShowScene
from agent.play.item import Item, MediaFiles, OutputContext
from agent.play.play_memory import face_key
from agent.play.play_moments import PlayMoments
from agent.play.play_record import Outcome, PlayRecord, PlayResult
from agent.play.sound_moments import SoundMoment

_ids = itertools.count(1)
SOUND_ROOM_S = 10.0  # beyond its planned length a sound may last so much longer than its picture
STEP_S = 2.0  # drawing a scene anew is seen: not for what a crystal drifts in hours


class BoardSession:
    """Shows one item once, on faces that begin it together.

    A face that goes another way leaves the session with a record of its own, so that the moments
    of each record are true for all of its faces. No face joins later.

    Args:
        output: the output's name.
        item: the item to show; it has a scene.
        faces: the faces that it is for.
        context: schedule, clock, media, journal and issue sink.
        count_late: how many frames the present board process has sent too late.

    Attributes:
        faces: those that have not left.
    """

    def __init__(
        self,
        output: str,
        item: Item,
        faces: list[str],
        context: OutputContext,
        count_late: Callable[[], int] = lambda: 0,
    ) -> None:
        self.item = item
        self.faces = faces
        self.id = f"{output}.{next(_ids)}"
        self._output = output
        self._log = context.log
        self._memory = context.memory
        self._clock = context.clock
        self._record: PlayRecord | None = None
        self._seen: set[str] = set()
        self._frames: dict[str, str] = {}
        self._count_late = count_late
        self._late_before = 0
        self._shown_mono_s = 0.0
        self._until_mono_s = 0.0
        self._follows_sound = False
        self._banner_key: str | None = None
        self._seen_banner_key: str | None = None
        self._moments = PlayMoments(context.clock)
        self._count: ClipCount | None = None

    @property
    def is_seen(self) -> bool:
        """Has a face shown it?"""
        return bool(self._seen)

    def is_seen_on(self, face: str) -> bool:
        """Has this face shown it?"""
        return face in self._seen

    @property
    def has_clip(self) -> bool:
        """Does its scene show a clip?"""
        return self.item.scene is not None and find_film(self.item.scene) is not None

    def command(self, media: MediaFiles) -> ShowScene:
        """The command for the board."""
        item = self.item
        if item.scene is None:
            raise ValueError(f"{item.title} has no scene")
        self._until_mono_s, banner = self._clock.mono_of(item.end_at), item.banner
        self._banner_key = None if banner is None else banner.key
        clips = item.clips if banner is None else (*item.clips, *banner.clips)
        return ShowScene(
            id=self.id,
            scene=self._scene(item.scene),
            faces=self.faces,
            media={clip.sha256: str(media.path(Digest(clip.sha256))) for clip in clips},
            until_mono_s=self._until_mono_s,
            utc_at_mono_0_s=self._clock.at_of(0.0).timestamp(),
            start_mono_s=self._clock.mono_of(item.start_at),
            is_alarm=item.level >= Level.EMERGENCY,
        )

    def command_for(self, moment: SoundMoment, media: MediaFiles) -> ShowScene:
        """The command for the board, where it is to begin with a sound."""
        show, place = self.command(media), self.follow(moment)
        return msgspec.structs.replace(
            show, from_mono_s=place.from_mono_s, until_mono_s=place.until_mono_s
        )

    def follow(self, moment: SoundMoment) -> MoveScene:
        """Keep to a sound: the command that gives the board its present moments."""
        self._follows_sound = True
        length_s = (self.item.end_at - self.item.start_at).total_seconds()
        until_mono_s = moment.begin_mono_s + length_s + SOUND_ROOM_S
        if moment.end_mono_s is not None:
            until_mono_s = moment.end_mono_s
        return MoveScene(self.id, moment.begin_mono_s, until_mono_s)

    def _scene(self, own: Scene) -> Scene:
        banner = self.item.banner
        if banner is None or banner.scene is None:
            return own
        return add_banner(own, banner.scene, banner.edge or "bottom")

    @property
    def banner(self) -> Item | None:
        """The banner over it, as the board was told."""
        banner = self.item.banner
        return banner if banner is not None and banner.key == self._banner_key else None

    @property
    def seen_banner(self) -> Item | None:
        """The banner that is seen over it."""
        banner = self.banner
        return banner if banner is not None and banner.key == self._seen_banner_key else None

    def has_moved(self, item: Item) -> bool:
        """Since the command, has its end moved by a set clock, or its picture changed?

        A banner comes or goes; a banner alone has another standby picture beneath it.
        """
        has_changed = self.item.scene != item.scene
        self.item = item
        if has_changed or self._banner_key != (None if item.banner is None else item.banner.key):
            return True
        has_end_moved = abs(self._clock.mono_of(item.end_at) - self._until_mono_s) > STEP_S
        return has_end_moved and not self._follows_sound

    def on_shown(self, event: Shown) -> None:
        """A face shows it; the first face opens the record."""
        if not self._seen:
            self._shown_mono_s = event.mono_s
            self._moments.begin(event.mono_s)
            self._late_before = self._count_late()
        self._seen.add(event.face)
        self._frames[event.face] = event.frame_sha256
        self._seen_banner_key = self._banner_key
        self._memory.recorded.add(face_key(event.face, self.item.key))
        if self._record is None:
            self._record = PlayRecord(self._log, self._output, self.item)
            self._record.open(self._build_result("cut", "restart", self.faces))

    def count_frames(self, count: ClipCount | None) -> None:
        """So many frames of its clip have been shown; None: it has none."""
        self._count = count or self._count

    async def leave(
        self,
        faces: Collection[str],
        outcome: Outcome,
        reason: str | None,
        end_mono_s: float | None = None,
    ) -> None:
        """Some faces end it, or all; a face that has not shown it counts as failed.

        Args:
            faces: those that leave; the others go on.
            outcome: of them.
            reason: of them.
            end_mono_s: when it left them; None: now.
        """
        leaving = [face for face in self.faces if face in faces]
        for face in leaving:
            self._memory.recorded.add(face_key(face, self.item.key))
        self.faces = [face for face in self.faces if face not in faces]
        seen = [face for face in leaving if face in self._seen]
        if unseen := [face for face in leaving if face not in self._seen]:
            failed = self._build_result("failed", reason, unseen)
            await PlayRecord(self._log, self._output, self.item).close(failed)
        if seen:
            end_mono_s = mono_s() if end_mono_s is None else end_mono_s
            result = self._build_result(outcome, reason, seen, end_mono_s)
            await self._take_record().close(result)

    def _take_record(self) -> PlayRecord:
        """The opened record for the last faces that have shown it; for others one of their own."""
        if not self._seen.isdisjoint(self.faces):
            return PlayRecord(self._log, self._output, self.item)
        record, self._record = self._record, None
        return record or PlayRecord(self._log, self._output, self.item)

    def _build_result(
        self,
        outcome: Outcome,
        reason: str | None,
        faces: list[str],
        end_mono_s: float | None = None,
    ) -> PlayResult:
        if self._seen.isdisjoint(faces):
            return PlayResult(outcome, reason, zones=list(faces), proof="A1")
        last_s = 0.0 if end_mono_s is None else end_mono_s - self._shown_mono_s
        return PlayResult(
            outcome,
            reason,
            start_at=self._moments.start_at,
            start_clock=self._moments.start_clock,
            end_at=self._moments.end_at(end_mono_s),
            duration_ms=int(last_s * 1000),
            zones=list(faces),
            proof="A2",
            frames={face: self._frames[face] for face in faces if face in self._frames},
            late_frames=max(0, self._count_late() - self._late_before),
            clip_frames=None if self._count is None else msgspec.structs.asdict(self._count),
        )
