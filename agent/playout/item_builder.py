"""One occurrence, or one emergency, as an item that an output can play or show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.default_title import default_title
from agent.contract.document import EmergencyBody, Entry, Medium, TextBody
from agent.contract.scene import EXERCISE_TEXT, Element, Scene, each_element
from agent.plan.chime_check import ChimePlaylist
from agent.plan.emergency import ActiveEmergency, recorded_signal, shown_text
from agent.plan.standby import StandbyPicture
from agent.plan.timeline import Occurrence
from agent.play.item import Description, Item, ItemSource, LanguageClips, StandbyItem
from agent.play.sound_source import SoundKind
from agent.state.live_voices import LiveVoice
from speech.reading import Reading

LIMIT_SLACK_MS = 250  # signed durations are rounded; beyond this a file is not what was signed
LIMIT_SLACK = timedelta(milliseconds=LIMIT_SLACK_MS)
JOIN = timedelta(milliseconds=200)  # what an engine needs before the first sample
_NOT_DESCRIBED = Description()
JOIN_BACK = timedelta(seconds=1)  # an output joins what began so long ago
ALARM_COLOUR = "#b00000"
EXERCISE_HEIGHT = 160  # thousandths of the face, over the text of an exercise
EVERYWHERE = [0, 0, 1000, 1000]


ReadAloud = Callable[[str, TextBody], Reading | None]
UNREAD = "E_SPEECH: this box cannot read it aloud"


def read_nothing(_lang: str, _text: TextBody) -> None:
    """A box without a voice."""


def _source(
    held: HeldDocument, entry: str, description: Description = _NOT_DESCRIBED
) -> ItemSource:
    document = held.document
    return ItemSource(
        doc_id=document.doc_id,
        doc_sha256=held.sha256,
        entry=entry,
        issuer=document.issuer,
        editor=document.editor,
        approver=document.approver,
        class_=document.class_,
        description=description,
    )


def _describe(entry: Entry) -> Description:
    """UNSET on the wire means that the document does not state it."""
    return Description(
        essential=None if entry.essential is UNSET else entry.essential,
        field=None if entry.field is UNSET else entry.field,
        source=None if entry.source is UNSET else entry.source,
        ref=None if entry.ref is UNSET else entry.ref,
        advert=None if entry.advert is UNSET else entry.advert,
        music=None if entry.music is UNSET else entry.music,
    )


def _missing(clips: Iterable[Medium], state: Callable[[str], str | None]) -> str | None:
    return next((why for clip in clips if (why := state(clip.sha256)) is not None), None)


def build_item(
    occurrence: Occurrence, state: Callable[[str], str | None], read: ReadAloud = read_nothing
) -> Item:
    """One occurrence of an entry.

    Args:
        occurrence: what was planned.
        state: why a medium is missing, None when it is here.
        read: what the box says for a text.
    """
    entry, document = occurrence.entry, occurrence.document.document
    media = {medium.sha256: medium for medium in getattr(document, "media", [])}
    scene = entry.body.scene
    clips = tuple(media[digest] for digest in digests_of(occurrence))
    if entry.body.text is not None and entry.body.text.show is not None:
        scene = _text_scene(entry.body.text.show, entry.lang, "#000000")
    missing, reading = _missing(clips, state), None
    is_read = entry.body.text is not None and entry.body.text.say is not None
    if entry.body.text is not None and is_read:
        reading = read(entry.lang, entry.body.text)
        missing = None if reading is not None else UNREAD
    return Item(
        key=occurrence.key,
        source=_source(occurrence.document, entry.id, _describe(entry)),
        title=entry.title,
        lang=entry.lang,
        level=int(occurrence.level),
        level_name=occurrence.level.name.lower(),
        zones=tuple(entry.zones),
        start_at=occurrence.start_at,
        end_at=occurrence.end_at,
        latest_end_at=occurrence.latest_end_at,
        when_cut=_when_cut(entry),
        clips=clips,
        repeat=entry.body.repeat,
        gap_ms=entry.body.gap_ms,
        limit_ms=occurrence.duration_ms + LIMIT_SLACK_MS,
        scene=scene,
        edge=None if entry.banner is UNSET else entry.banner,
        kind="chime" if is_chime(occurrence) else _kind(entry, is_read=is_read),
        reading=reading,
        relay=entry.body.relay,
        missing=missing,
        waits_until=occurrence.waits_until,
        earliest_at=occurrence.earliest_at,
        written_at=occurrence.asked_at if occurrence.asked_at != occurrence.start_at else None,
        with_key=occurrence.key_with(entry.with_) if isinstance(entry.with_, str) else None,
    )


def is_chime(occurrence: Occurrence) -> bool:
    """Is it the chime that checks loudspeakers?"""
    return isinstance(occurrence.document.document, ChimePlaylist)


def _kind(entry: Entry, *, is_read: bool) -> SoundKind:
    if entry.body.relay is not None:
        return "relay"
    return "speech" if is_read else "file"


def _when_cut(entry: Entry) -> Literal["resume", "rejoin", "drop"]:
    """A radio goes on meanwhile: it is joined where it then is."""
    is_resumed = entry.body.relay is not None and entry.when_cut == "resume"
    return "rejoin" if is_resumed else entry.when_cut


def live_item(voice: LiveVoice, at: datetime) -> Item:
    """A live voice as an item; one whose beginning is too near is joined where it then is."""
    stream = voice.stream
    is_near = voice.start_at - at < JOIN
    return Item(
        key=voice.key,
        source=_source(stream.held, stream.grant.stream_id),
        title=stream.title,
        lang=stream.lang,
        level=int(stream.level),
        level_name=stream.level.name.lower(),
        zones=stream.zones,
        start_at=at - JOIN_BACK if is_near else voice.start_at,
        end_at=stream.end_at,
        latest_end_at=stream.end_at,
        when_cut="rejoin",
        kind="live",
    )


def each_entry_once(occurrences: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """The first of each entry: what an entry needs is the same at all its starts."""
    seen: set[int] = set()
    for one in occurrences:
        if id(one.entry) not in seen:
            seen.add(id(one.entry))
            yield one


def digests_of(occurrence: Occurrence) -> list[str]:
    """The media that an occurrence needs, in order."""
    body = occurrence.entry.body
    elements = () if body.scene is None else each_element(body.scene)
    return body.media or list(dict.fromkeys(one.media for one in elements if one.media))


def emergency_sound(
    active: ActiveEmergency, state: Callable[[str], str | None], read: ReadAloud = read_nothing
) -> Item:
    """What is heard of an emergency, whatever of its media is here; arguments as `build_item`."""
    document = active.document
    media = {medium.sha256: medium for medium in document.media}
    bodies = (_body_sound(body, media, state, read) for body in document.bodies)
    return _emergency_item(
        active,
        "sound",
        bodies=tuple(bodies),
        signal=recorded_signal(document),
        repeat=document.repeat,
        gap_ms=document.gap_ms,
        is_exercise=document.exercise,
    )


def _body_sound(
    body: EmergencyBody,
    media: Mapping[str, Medium],
    state: Callable[[str], str | None],
    read: ReadAloud,
) -> LanguageClips:
    """The words of one language: the recording, else phrases of a bank, else what can be read."""
    recording = tuple(media[digest] for digest in body.media or [])
    phrases = () if body.phrases is UNSET else tuple(media[digest] for digest in body.phrases)
    reading = None if body.text is None else read(body.lang, body.text)
    has_recording = bool(recording) and _missing(recording, state) is None
    has_phrases = bool(phrases) and _missing(phrases, state) is None
    if recording and recording != phrases and (has_recording or not has_phrases):
        spare = phrases if has_phrases else ()
        return LanguageClips(body.lang, recording, has_recording, reading, phrases=spare)
    if phrases:
        return LanguageClips(body.lang, phrases, has_phrases, reading, "phrases")
    return LanguageClips(body.lang, (), is_here=False, reading=reading)


def emergency_picture(active: ActiveEmergency) -> Item | None:
    """What is seen of an emergency; None when it has no text to show and is no exercise."""
    texts = [(body.lang, text) for body in active.document.bodies if (text := shown_text(body))]
    is_exercise = active.document.exercise
    if not texts and not is_exercise:
        return None
    top = 0 if not is_exercise else EXERCISE_HEIGHT if texts else 1000
    elements = [_exercise(top)] if is_exercise else []
    height = (1000 - top) // len(texts) if texts else 0
    elements += [
        Element(
            kind="text",
            box=[0, top + index * height, 1000, height],
            text=text,
            lang=lang,
            background=ALARM_COLOUR,
        )
        for index, (lang, text) in enumerate(texts)
    ]
    return _emergency_item(active, "picture", scene=Scene(elements, active.document.max_ms))


def standby_item(picture: StandbyPicture) -> StandbyItem:
    """A standby picture as a board shows it.

    Raises:
        ValueError: its entry has no scene.
    """
    held, entry = picture.held, picture.entry
    if entry.body.scene is None:
        raise ValueError(f"{entry.id} has no scene")
    return StandbyItem(
        key=f"{held.sha256[:16]}/{entry.id}",
        source=_source(held, entry.id, _describe(entry)),
        scene=entry.body.scene,
        clips=picture.media,
        faces=picture.faces,
        end_at=picture.end_at,
    )


def _exercise(height: int) -> Element:
    """An exercise must be recognisable as one wherever it is seen, and also where it says nothing.

    Args:
        height: in thousandths of the face.
    """
    return Element(
        kind="text",
        box=[0, 0, 1000, height],
        text=EXERCISE_TEXT,
        lang="vi",
        colour="#000000",
        background="#ffd23f",
    )


def key_of(active: ActiveEmergency, medium: str) -> str:
    """An emergency sounds once; a key's alarm sounds once for each press."""
    parts = [active.document.event_id]
    if active.press is not None:
        parts.append(str(active.press[1]))
    return "/".join([*parts, medium])


def _emergency_item(active: ActiveEmergency, medium: str, **content: object) -> Item:
    document = active.document
    what = "emergency" if active.press is None else "local_alarm"
    return Item(
        key=key_of(active, medium),
        source=_source(active.held, document.event_id),
        title=default_title("exercise" if document.exercise else what, document.event_id),
        lang=document.bodies[0].lang,
        level=int(active.level),
        level_name=active.level.name.lower(),
        started_by=active.press[0] if active.press is not None else None,
        when_cut="rejoin",  # only a higher level cuts it: it then starts again from its beginning
        zones=("*",),
        start_at=active.start_at,
        end_at=active.end_at,
        latest_end_at=active.end_at,
        **content,  # type: ignore[arg-type] # only fields of Item are passed on
    )


def _text_scene(text: str, lang: str, background: str) -> Scene:
    element = Element(kind="text", box=EVERYWHERE, text=text, lang=lang, background=background)
    return Scene([element], 0)
