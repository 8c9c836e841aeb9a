"""Practice without consequences: a demonstration's tree in a folder, a schedule, a box's judgement.

Its tree is marked `demo`, which a box in service refuses, and its key is made for it: nothing that
is signed here can sound anywhere.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.document import Playlist
from agent.contract.envelope import Envelope
from agent.contract.ids import Place, StationId
from agent.contract.local_time import LOCAL
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.plan.correction import hold
from agent.plan.policy import effective_policy
from agent.plan.rehearsal import Rehearsal, find_lanes, rehearse
from agent.plan.rehearsal_text import describe_week
from agent.plan.week_picture import draw_week
from agent.trust.authority import Authority
from agent.trust.verify import verify
from central.authority.demo_authority import make_demo_authority
from central.authority.signers import Signers, read_signers
from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import encode_document, read_document, sign_document
from speech.dialect import DialectName
from texts.catalogue import Lang

ROLE = "vn.84.29266"
PLACE = Place("84", "29266", "tap")
PASSPHRASE = "tap-ky"  # noqa: S105 - shown on the screen, of a key that opens nothing
CLOCK_ERROR_S = 0.02  # of a box that its centre gave the time
QUIET = "03:15"


@dataclass(frozen=True)
class PracticeTree:
    """The demonstration's tree of one practice.

    Args:
        folder: of everything.
        key: the officer's practice key, locked with `PASSPHRASE`.
        people: who may sign what, by role.
        authority: as a box has it.
    """

    folder: Path
    key: Path
    people: dict[str, Signers]
    authority: Authority


class _NothingBefore:
    """What a box knows that has accepted nothing yet."""

    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:  # noqa: ARG002 - FloorLookup's names
        """See `FloorLookup`."""
        return None

    def has_event(self, event_id: str) -> bool:  # noqa: ARG002 - FloorLookup's names
        """See `FloorLookup`."""
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:  # noqa: ARG002 - FloorLookup's names
        """See `FloorLookup`."""
        return False

    def count(self, issuer: str, kind: str, epoch: int) -> int:  # noqa: ARG002 - FloorLookup's names
        """See `FloorLookup`."""
        return 0


def make_practice_tree(folder: Path) -> PracticeTree:
    """Make keys, tree and root; the officer's key is locked as a real one is."""
    from central.authority.ceremony.tree_publication import load_published
    from central.authority.ceremony.workspace import Workspace

    made = make_demo_authority(folder)
    (key,) = made.keys[ROLE]
    private = load_pem_private_key(key.read_bytes(), None)
    locked = BestAvailableEncryption(PASSPHRASE.encode())
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    authority = load_published(Workspace(made.ceremony))
    assert authority is not None  # noqa: S101 - published a moment ago
    return PracticeTree(folder, key, read_signers(made.ceremony), authority)


def write_schedule(
    title: str, words: str, times: tuple[str, str], now: datetime, dialect: DialectName
) -> str:
    """The text of a schedule.yaml for the seven days from tomorrow on.

    Args:
        title: of the one item.
        words: that the loudspeakers say.
        times: `HH:MM`, local, and days such as `t2-t7` or `daily`.
        now: aware.
        dialect: in which numbers are read.
    """
    title, words, at, days = (msgspec.json.encode(one).decode() for one in (title, words, *times))
    first = now.astimezone(LOCAL).date() + timedelta(days=1)
    return (
        f"slot: tap\n"
        f'to: ["{PLACE.province}/{PLACE.commune}/*"]\n'
        f"from: {first}\n"
        f"until: {first + timedelta(days=6)}\n"
        f"dialect: {dialect}\n"
        f"items:\n"
        f"  - {{title: {title}, lang: vi, at: {at}, days: {days}, say: {words}}}\n"
    )


def compile_practice(text: str, name: str, now: datetime, folder: Path) -> Playlist:
    """Compile a practice schedule as the real command does.

    Raises:
        YamlFaults: every fault, with line and column.
    """
    payload = compile_schedule(
        text, issuer=ROLE, seq=int(now.timestamp() * 1000), epoch=1, now=now,
        media_dir=folder, media_base_url="https://media.invalid", editor=name, clip_dir=folder,
    )  # fmt: skip
    document = read_document(sign_document(payload, "playlist", []))
    assert isinstance(document, Playlist)  # noqa: S101 - it was compiled as one
    return document


def rehearse_practice(document: Playlist) -> Rehearsal:
    """The week of the schedule at a station with the built-in quiet hours alone."""
    held = [hold(document, datetime.now(UTC))]
    from_at = datetime.fromisoformat(document.not_before)
    until_at = datetime.fromisoformat(document.expires)
    return rehearse(held, effective_policy(None, None), from_at, until_at, find_lanes(held))


def describe_practice(document: Playlist, lang: Lang) -> list[str]:
    """The week in lines, as `sign` prints it."""
    return describe_week(rehearse_practice(document), document.doc_id, lang)


def draw_practice(document: Playlist, name: str, lang: Lang) -> str:
    """The week as a picture, SVG."""
    return draw_week(rehearse_practice(document), name, lang)


def is_taken(document: Playlist) -> bool:
    """Does it play, and would a box refuse nothing of it?"""
    events = rehearse_practice(document).events
    return bool(events) and all(event.kind != "refused" for event in events)


def list_spoken(document: Playlist) -> list[str]:
    """The words that loudspeakers say, as they were settled."""
    bodies = (entry.body.text for entry in document.entries)
    return [str(body.say) for body in bodies if body is not None and body.say]


def sign_practice(document: Playlist, tree: PracticeTree, passphrase: str) -> bytes:
    """The signed envelope.

    Raises:
        ConfigError: E_KEY, wrong passphrase.
    """
    from central.authority.signing_key import load_signer

    signer = load_signer(tree.key, passphrase)
    return sign_document(encode_document(document), "playlist", [signer])


def judge_as_box(envelope: bytes, tree: PracticeTree, now: datetime) -> Accepted:
    """What a box of the practice tree says.

    Raises:
        TrustError: why it refuses.
    """
    return verify(
        envelope, Topic("playlist", "tap", group="tap"), tree.authority, PLACE,
        StationId(PLACE.station), _NothingBefore(), Now(now, "SYNCED", CLOCK_ERROR_S),
    )  # fmt: skip


def change_one_letter(envelope: bytes) -> bytes:
    """The envelope with a letter more in a title, and the signature as it was."""
    opened = msgspec.json.decode(envelope, type=Envelope)
    payload = opened.payload_bytes()
    forged = payload.replace(b'"title":"', b'"title":"X', 1)
    if forged == payload:
        raise TrustError("E_SCHEMA", "practice", "no title to change")
    text = base64.b64encode(forged).decode()
    return msgspec.json.encode(msgspec.structs.replace(opened, payload=text))
