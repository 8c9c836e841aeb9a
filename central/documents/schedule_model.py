"""What an officer writes in schedule.yaml, as types whose patterns the strict loader checks."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.contract.scene import MAX_REGIONS, MAX_TURNS
from speech.dialect import DialectName


def _form(pattern: str, shown: str) -> Meta:
    return Meta(pattern=pattern, extra_json_schema={"description": shown})


StartTime = Annotated[
    str,
    _form(
        r"^(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
        r"|(?:sunrise|sunset|mat-troi-moc|mat-troi-lan)(?:[+-]\d{1,3}m)?)$",
        "HH:MM, sunrise-15m, mat-troi-lan",
    ),
]
Date = Annotated[str, _form(r"^\d{4}-\d\d-\d\d$", "YYYY-MM-DD")]
Moment = Annotated[
    str,
    _form(r"^\d{4}-\d\d-\d\d(?: (?:[01]\d|2[0-3]):[0-5]\d)?$", "YYYY-MM-DD, YYYY-MM-DD HH:MM"),
]
Span = Annotated[str, _form(r"^[1-9]\d{0,5}(?:ms|s|m|h)$", "30s, 10m, 12h")]
Name = Annotated[str, _form(r"^[A-Za-z0-9._-]{1,64}$", "tuan")]
Zone = Annotated[str, _form(r"^(?:\*|[A-Za-z0-9._-]{1,64})$", "nga-ba, *")]
Lang = Annotated[str, _form(r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$", "vi, km")]
Pattern = Annotated[
    str, _form(r"^(?:\*|[A-Za-z0-9_-]{1,32})(?:/(?:\*|[A-Za-z0-9_-]{1,32})){2}$", "84/29266/*")
]
KeyHash = Annotated[str, _form(r"^[0-9a-f]{64}$", "sha256, 64 hex")]
Colour = Annotated[str, _form(r"^#[0-9a-fA-F]{6}$", "#ffcc00")]

_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NGAY = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
NUMBER_OF_DAY = {name: n for names in (_DAYS, _NGAY) for n, name in enumerate(names, 1)}


class StillSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What stands still: any of these; the layout follows from which are there."""

    text: str | None = None
    count_to: Moment | None = None
    clock: Literal["time", "date", "lunar"] | None = None
    qr: str | None = None
    image: str | None = None
    image_fit: Literal["contain", "cover", "stretch"] = "contain"
    colour: Colour = "#ffffff"
    background: Colour = "#000000"


class TurnSpec(StillSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a region shows for a while."""

    for_: Span = msgspec.field(name="for", default="8s")


class SlideSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture of several that follow each other."""

    image: str
    for_: Span = msgspec.field(name="for", default="8s")


class RegionSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the face with a list of its own."""

    turns: Annotated[list[TurnSpec], Meta(min_length=1, max_length=MAX_TURNS)]
    place: Literal["left", "right", "top", "bottom", "all"] | None = None
    box: (
        Annotated[list[Annotated[int, Meta(ge=0, le=100)]], Meta(min_length=4, max_length=4)] | None
    ) = None


class PictureSpec(StillSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A picture: what stands still, a line that runs, a clip, slides and regions."""

    ticker: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None
    ticker_speed: Literal["slow", "normal", "fast"] = "normal"
    transition: Literal["cut", "fade"] = "cut"
    video: str | None = None
    video_fit: Literal["contain", "cover", "stretch"] = "contain"
    video_loop: bool = False
    video_box: Literal["pi4", "pi5"] = "pi4"
    input: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}\Z")] | None = None
    slides: Annotated[list[SlideSpec], Meta(max_length=MAX_TURNS)] = msgspec.field(
        default_factory=list
    )
    regions: Annotated[list[RegionSpec], Meta(max_length=MAX_REGIONS)] = msgspec.field(
        default_factory=list
    )


class StartRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `within: 10m` or `after: <id of another item>`."""

    within: Span | None = None
    after: Name | None = None


class ScheduleItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the schedule: what, when, where."""

    title: Annotated[str, Meta(min_length=1, max_length=256)]
    lang: Lang = "vi"
    id: Name | None = None
    at: StartTime | list[StartTime] = msgspec.field(default_factory=list)
    days: str | list[str] = "daily"
    monthly: str | list[str] = msgspec.field(default_factory=list)
    every_weeks: Annotated[int, Meta(ge=2, le=52)] | None = None
    lunar: str | list[str] = msgspec.field(default_factory=list)
    rrule: str | list[str] = msgspec.field(default_factory=list)
    from_: Date | None = msgspec.field(name="from", default=None)
    until: Date | None = None
    except_: list[str] = msgspec.field(name="except", default_factory=list)
    start: Literal["at", "next"] | StartRule = "at"
    for_: Span | None = msgspec.field(name="for", default=None)
    zones: list[Zone] = msgspec.field(default_factory=lambda: ["*"])
    play: str | list[str] = msgspec.field(default_factory=list)
    relay: str | None = None
    relay_key: KeyHash | None = None
    say: str | None = None
    show: PictureSpec | None = None
    repeat: Annotated[int, Meta(ge=1, le=1000)] = 1
    gap: Span | None = None
    when_cut: Literal["resume", "rejoin", "drop"] = "resume"
    stagger: Span | None = None
    essential: bool | None = None
    field: Annotated[int, Meta(ge=1, le=6)] | None = None
    source: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    ref: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    advert: bool | None = None
    music: bool | None = None
    standby: bool | None = None
    banner: Literal["top", "bottom"] | None = None


class ScheduleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file: one slot, complete."""

    slot: Name
    to: Annotated[list[Pattern], Meta(min_length=1, max_length=256)]
    from_: Date = msgspec.field(name="from")
    until: Date
    items: Annotated[list[ScheduleItem], Meta(min_length=1, max_length=1000)]
    class_: Literal["routine", "priority"] = msgspec.field(name="class", default="routine")
    dialect: DialectName | None = None
    pronunciation: str | None = None
    filler: bool | None = None


def parse_span_ms(text: str) -> int:
    """`30s`, `10m`, `12h`, `500ms` in milliseconds.

    Raises:
        ValueError: another form.
    """
    match = re.fullmatch(r"(\d+)(ms|s|m|h)", text)
    if match is None:
        raise ValueError(f"not a span of time: {text!r}")
    return int(match[1]) * _UNIT_MS[match[2]]


def parse_days(days: str | list[str]) -> list[int]:
    """`daily`, `mon-sat`, `t2-t7`, `mon,wed` or a list of these, as ISO weekdays in order.

    Raises:
        ValueError: an unknown day, or a range that runs backwards.
    """
    found: set[int] = set()
    for part in days.split(",") if isinstance(days, str) else days:
        name = part.strip().lower()
        if name == "daily":
            found.update(range(1, 8))
            continue
        first, _, last = name.partition("-")
        try:
            low, high = NUMBER_OF_DAY[first], NUMBER_OF_DAY[last or first]
        except KeyError as error:
            raise ValueError(f"unknown day {part!r}") from error
        if low > high:
            raise ValueError(f"{part!r} runs backwards")
        found.update(range(low, high + 1))
    if not found:
        raise ValueError("no day")
    return sorted(found)
