"""schedule.yaml (officer) → the payload of a playlist, all faults at once with their places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from agent.contract.document import Body, Entry, EntryStart, Playlist, Relay, Sync, When
from agent.contract.ids import BASE_SLOT
from agent.errors import YamlFaults
from agent.trust.freshness import longest_lifetime
from agent.trust.media_url_rules import is_https
from central.documents.compiler import Compilation, SigningParams, SourceFile, midnight, read_source
from central.documents.day_words import ItemDays, compile_days, parse_sun
from central.documents.picture_compiler import compile_picture, has_regions
from central.documents.schedule_model import (
    PictureSpec,
    ScheduleFile,
    ScheduleItem,
    StartRule,
    parse_span_ms,
)
from central.documents.sign import encode_document, mark_critical
from strict_yaml.loader import load_yaml
from strict_yaml.node import Node

DAY_MS = 86_400_000
STANDBY_AT = "00:00"  # for boxes that do not know `standby`: they plan it, for a day
_DESCRIPTION = ("essential", "field", "source", "ref", "advert", "music", "standby", "banner")
_SOUNDS = ("play", "relay", "say")


def compile_schedule(  # noqa: PLR0913 - plain arguments for the command line, all by keyword
    source: Path | str,
    *,
    issuer: str,
    seq: int,
    epoch: int,
    now: datetime,
    media_dir: Path,
    media_base_url: str,
    editor: str = "",
    approver: str = "",
    doc_id: str | None = None,
    clip_dir: Path | None = None,
) -> bytes:
    """Compile a schedule to the exact bytes to be signed.

    Args:
        source: the file's path, or its text.
        issuer: the role that will sign.
        seq: the document's number in its slot and epoch.
        epoch: raised when the role's key is replaced.
        now: the moment of issue, aware UTC.
        media_dir: where media are kept under their digests.
        media_base_url: https address under which stations fetch `<sha256>`.
        editor: who wrote it.
        approver: who approved it.
        doc_id: 32 hex digits; default: random.
        clip_dir: where the names under `play` are looked up; default: the file's own folder.

    Raises:
        YamlFaults: every fault of the file, with line and column.
        TrustError: E_SCHEMA, a box would refuse the result.
    """
    issue = SigningParams(
        issuer, epoch, seq, now, media_dir, media_base_url, editor, approver, doc_id
    )  # fmt: skip
    file = read_source(source, clip_dir)
    schedule, tree, faults = load_yaml(file.text, ScheduleFile, file.name)
    if schedule is None or faults:
        raise YamlFaults(faults)
    return _ScheduleCompiler(schedule, file, tree, issue).payload()


class _ScheduleCompiler(Compilation):
    """One pass over a schedule."""

    def __init__(
        self, schedule: ScheduleFile, file: SourceFile, tree: Node | None, issue: SigningParams
    ) -> None:
        super().__init__(file, tree, issue)
        self._schedule = schedule

    def payload(self) -> bytes:
        """The bytes, or every fault."""
        entries = [
            entry
            for index, item in enumerate(self._schedule.items)
            for entry in self._entries(item, index)
        ]
        self._check_ids(entries)
        playlist = self._playlist(entries)
        if self.faults or playlist is None:
            raise YamlFaults(self.faults)
        return encode_document(playlist)

    def _playlist(self, entries: list[Entry]) -> Playlist | None:
        issue, schedule = self.issue, self._schedule
        begin = self.attempt(
            "from", lambda: midnight(schedule.from_, 0), "file.date", schedule.from_
        )
        end = self.attempt(
            "until", lambda: midnight(schedule.until, 1), "file.date", schedule.until
        )
        if begin is None or end is None:
            return None
        if end <= max(begin, issue.now):
            self.fault("until", "file.end", got=schedule.until)
            return None
        header = self.header(
            "playlist", class_=schedule.class_, to=schedule.to, slot=schedule.slot,
            begin=begin, end=end,
        )  # fmt: skip
        media, filler = list(self.media.values()), self._filler()
        playlist = mark_critical(Playlist(**header, media=media, entries=entries, filler=filler))
        limit = longest_lifetime(playlist)
        if end - issue.now > limit:
            self.fault("until", "file.most_days", str(limit.days), got=schedule.until)
        return playlist

    def _filler(self) -> bool | UnsetType:
        """Routine slot `base` is filler unless the file says that it is programme."""
        schedule = self._schedule
        is_base = schedule.slot == BASE_SLOT and schedule.class_ == "routine"
        if schedule.filler and not is_base:
            self.fault("filler", "file.filler")
        return True if is_base and schedule.filler is not False else UNSET

    def _check_ids(self, entries: list[Entry]) -> None:
        ids = [entry.id for entry in entries]
        for index, item in enumerate(self._schedule.items):
            if item.id is not None and ids.count(item.id) > 1:
                self.fault(f"items[{index}].id", "file.id_once", got=item.id)
            after = item.start.after if isinstance(item.start, StartRule) else None
            if after is not None and (after not in ids or after == item.id):
                self.fault(f"items[{index}].start.after", "file.id_of_other", got=after)
            elif after is not None and self._is_ring(after):
                self.fault(f"items[{index}].start.after", "file.after_ring", got=after)

    def _is_ring(self, name: str) -> bool:
        """Does a chain of items that follow each other never come to one with a time?"""
        rules = {(one.id or f"e{n + 1}"): one.start for n, one in enumerate(self._schedule.items)}
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            rule = rules.get(name)
            if not isinstance(rule, StartRule) or rule.after is None:
                return False
            name = rule.after
        return True

    def _entries(self, item: ScheduleItem, index: int) -> Iterator[Entry]:
        """Build one entry for the sound and one for the picture."""
        path = f"items[{index}]"
        sounds = [name for name in _SOUNDS if getattr(item, name)]
        if len(sounds) > 1 or not (sounds or item.show):
            self.fault(path, "file.one_sound")
            return
        when, start = self._when(item, path), self._start(item, path)
        if item.standby and not self._may_stand_by(item):
            self.fault(f"{path}.standby", "file.standby")
            return
        if item.banner and (sounds or item.standby or not item.show or has_regions(item.show)):
            self.fault(f"{path}.banner", "file.banner")
            return
        own = item.id or f"e{index + 1}"
        sound = self._sound(item, path) if sounds else None
        standby_ms = DAY_MS if item.standby else None
        show_ms = parse_span_ms(item.for_) if item.for_ else self._length_ms(sound) or standby_ms
        picture = self._picture(item.show, show_ms, item.lang, path) if item.show else None
        if when is None or start is None:
            return
        shared: dict[str, Any] = {
            "title": item.title, "lang": item.lang, "zones": item.zones, "when": when,
            "start": start, "when_cut": item.when_cut, "sync": _sync(item), **_description(item),
        }  # fmt: skip
        if sound is not None:
            limit = parse_span_ms(item.for_) if item.for_ else None
            yield Entry(id=own, body=sound, max_ms=limit, **shared)
        if picture is not None:
            if sound is None:
                yield Entry(id=own, body=picture, **shared)
            else:  # it begins and ends with its sound
                yield Entry(id=f"{own}-hinh", body=picture, with_=own, **shared)

    def _may_stand_by(self, item: ScheduleItem) -> bool:
        """Only a picture at rest, in the slot that a station keeps for a year."""
        is_base = self._schedule.slot == BASE_SLOT and self._schedule.class_ == "routine"
        is_sound = any(getattr(item, name) for name in _SOUNDS)
        show = item.show
        if show is None or is_sound or not is_base:
            return False
        return not (show.ticker or show.slides or show.regions or show.clock or show.count_to)

    def _when(self, item: ScheduleItem, path: str) -> When | None:
        at = [item.at] if isinstance(item.at, str) else item.at
        is_after = isinstance(item.start, StartRule) and item.start.after is not None
        if item.standby and not at:
            at = [STANDBY_AT]
        if not at and not is_after:
            self.fault(path, "file.at")
        for name in ("at", "stagger"):
            if is_after and getattr(item, name):
                self.fault(f"{path}.{name}", "file.after_alone", got=_shown(getattr(item, name)))
        if len(set(at)) != len(at):
            self.fault(f"{path}.at", "file.at_once", got=_shown(at))
        days = self._days(item, path)
        dates = [("from", item.from_), ("until", item.until)]
        for name, value in dates:
            if value is not None:
                self._date(f"{path}.{name}", value)
        begin, end = item.from_ or self._schedule.from_, item.until or self._schedule.until
        if begin > end:
            self.fault(f"{path}.until" if item.until else path, "file.after_from", got=end)
        if days is None:
            return None
        sun = [start for text in at if (start := parse_sun(text)) is not None]
        clocks = [
            text if len(text) == 8 else f"{text}:00" for text in at if parse_sun(text) is None
        ]
        return When(
            clocks, days.weekdays, begin, end, days.except_dates, days.days, days.except_days,
            sun or UNSET,
        )  # fmt: skip

    def _days(self, item: ScheduleItem, path: str) -> ItemDays | None:
        """Return the item's days; each key is read by itself, so that a fault names its place."""
        blank = ScheduleItem(title=item.title)
        codes = {
            "days": "file.day", "monthly": "file.monthly", "lunar": "file.lunar",
            "rrule": "file.rrule", "except_": "file.except",
        }  # fmt: skip
        count = len(self.faults)
        for name, code in codes.items():
            value = getattr(item, name)
            alone = msgspec.structs.replace(blank, **{name: value})
            self.attempt(
                f"{path}.{name.rstrip('_')}", partial(compile_days, alone), code, str(value)
            )
        for day in item.except_:
            if day[:4].isdigit():
                self._date(f"{path}.except", day)
        if item.every_weeks is not None and item.from_ is None:
            self.fault(path, "file.every_from")
        return compile_days(item) if len(self.faults) == count else None

    def _date(self, path: str, value: str) -> None:
        self.attempt(path, partial(date.fromisoformat, value), "file.date", value)

    def _start(self, item: ScheduleItem, path: str) -> EntryStart | None:
        rule = item.start
        if not isinstance(rule, StartRule):
            return EntryStart(rule)
        if (rule.within is None) == (rule.after is None):
            self.fault(f"{path}.start", "file.within_or_after")
            return None
        if rule.within is not None:
            return EntryStart("within", ms=parse_span_ms(rule.within))
        return EntryStart("after", entry=rule.after)

    def _sound(self, item: ScheduleItem, path: str) -> Body | None:
        gap_ms = parse_span_ms(item.gap) if item.gap else 0
        if item.relay_key and not item.relay:
            self.fault(f"{path}.relay_key", "file.relay")
        if item.relay:
            if not is_https(item.relay) or self._schedule.class_ != "routine":
                self.fault(f"{path}.relay", "file.relay", got=item.relay)
            if not item.for_:
                self.fault(path, "file.relay_for")
            return Body(relay=Relay(item.relay, item.relay_key))
        if item.say:
            said = self.spoken(item.say, f"{path}.say", self._schedule)
            return Body(text=said, repeat=item.repeat, gap_ms=gap_ms) if said else None
        digests = self.sounds(item.play, f"{path}.play")
        return Body(media=digests, repeat=item.repeat, gap_ms=gap_ms) if digests else None

    def _length_ms(self, sound: Body | None) -> int | None:
        """Return the length of recorded sound, None when it is not known beforehand."""
        if sound is None or sound.media is None:
            return None
        once_ms = sum(self.media[digest].duration_ms for digest in sound.media)
        return once_ms * sound.repeat + sound.gap_ms * (sound.repeat - 1)

    def _picture(self, show: PictureSpec, ms: int | None, lang: str, path: str) -> Body | None:
        if ms is None and (not show.video or show.video_loop):
            self.fault(path, "file.picture_for")
            return None
        scene = compile_picture(show, ms, lang, f"{path}.show", self)
        return Body(scene=scene) if scene else None


def _shown(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _sync(item: ScheduleItem) -> Sync:
    return Sync() if item.stagger is None else Sync("staggered", parse_span_ms(item.stagger))


def _description(item: ScheduleItem) -> dict[str, Any]:
    """Return the item's description; members that it omits stay out of the document."""
    told = {name: getattr(item, name) for name in _DESCRIPTION}
    return {name: value for name, value in told.items() if value is not None}
