"""The hello: what a box reports about itself when it has connected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from msgspec import UNSET

from agent import __version__
from agent.clock import Clock, Now
from agent.contract.document import Document
from agent.contract.feature import FEATURES
from agent.contract.ids import Place
from agent.contract.report import MAX_HOLDS, MAX_ZONE_KINDS, FaceView, Hello
from agent.evidence.journal import Journal
from agent.health.health_report import clock_state
from agent.settings.model import Output
from agent.settings.still_faces import list_still_faces
from agent.settings.zone_kinds import list_zone_kinds
from agent.state.documents_in_force import DocumentsInForce
from agent.store.documents import ReplayFloors, slot_of
from agent.trust.current_authority import AuthorityInForce


class HelloSender:
    """Sends the hello.

    Args:
        send: signs and sends a report on a channel.
        session: number of the present connection.
        boot_id: of this boot.
        journal: its epoch and length.
        ask: returns a new nonce; the centre's answer carries it.
        place: the box's place.
        floors: replay floors of what was accepted.
        documents: those in force.
        authority: in force.
        clock: the only source of time.
        outputs: of the settings.
    """

    def __init__(  # noqa: PLR0913 - one keyword a part of the report
        self,
        send: Callable[[str, Hello], Awaitable[None]],
        *,
        session: Callable[[], int],
        boot_id: str,
        journal: Journal,
        ask: Callable[[], str],
        place: Callable[[], Place | None],
        floors: ReplayFloors,
        documents: DocumentsInForce,
        authority: AuthorityInForce,
        clock: Clock,
        outputs: Sequence[Output],
    ) -> None:
        self._send = send
        self._session = session
        self._boot_id = boot_id
        self._journal = journal
        self._ask = ask
        self._place = place
        self._floors = floors
        self._documents = documents
        self._authority = authority
        self._clock = clock
        self._outputs = outputs
        self._still_faces = list_still_faces(outputs)

    async def send(self) -> None:
        """Send one hello with a new nonce; one that cannot be sent follows the next connection."""
        await self._send("hello", self.build(self._session(), self._ask()))

    def build(self, session: int, nonce: str) -> Hello:
        """A hello of this moment.

        Args:
            session: its number.
            nonce: what an answer must carry.
        """
        return build_hello(
            session, boot_id=self._boot_id, journal=self._journal, nonce=nonce,
            place=self._place(), floors=self._floors,
            in_force=(held.document for held in self._documents.held),
            authority=self._authority.versions, now=self._clock.now(), outputs=self._outputs,
            still_faces=self._still_faces,
        )  # fmt: skip


def build_hello(  # noqa: PLR0913 - one keyword a part of the report
    session: int,
    *,
    boot_id: str,
    journal: Journal,
    nonce: str,
    place: Place | None,
    floors: ReplayFloors,
    in_force: Iterable[Document],
    authority: Mapping[str, int],
    now: Now,
    outputs: Sequence[Output],
    still_faces: Sequence[str] = (),
) -> Hello:
    """Build a hello; of very many slots those of documents in force come first."""
    kinds = list_zone_kinds(outputs)
    return Hello(
        session=session,
        boot_id=boot_id,
        epoch=journal.epoch,
        last_seq=journal.last_seq,
        nonce=nonce,
        place=str(place) if place else None,
        holds=floors.holds(map(slot_of, in_force), MAX_HOLDS),
        partial=len(floors) > MAX_HOLDS,
        authority=dict(authority),
        agent=__version__,
        clock=clock_state(now),
        has=[("audio" if one.audio else "board") for one in outputs],
        features=list(FEATURES),
        zone_kinds=kinds if len(kinds) <= MAX_ZONE_KINDS else UNSET,
        still_faces=list(still_faces) or UNSET,
        face_views=_list_views(outputs) or UNSET,
        faces=[face.name for output in outputs for face in output.faces] or UNSET,
    )


def _list_views(outputs: Sequence[Output]) -> dict[str, FaceView]:
    """The faces of which the settings tell how they are seen."""
    return {
        face.name: FaceView(face.width_px, face.height_px, face.pitch_mm, face.read_m)
        for output in outputs
        for face in output.faces
        if face.pitch_mm is not None and face.read_m is not None
    }
