"""alarm.yaml (officer) → the payload of a prepared alarm, which only a local key can start.

The file has `class: emergency` and `trigger: key`; all of its faults are reported at once with
their places. An immediate emergency is not written in a file: it is fresh for half an hour only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.contract.document import Emergency, EmergencyBody, TextBody
from agent.contract.ids import KEY_SLOT
from agent.errors import YamlFaults
from agent.trust.freshness import PREPARED_ALARM_LIFETIME
from central.documents.compiler import Compilation, SigningParams, SourceFile, midnight, read_source
from central.documents.schedule_model import Date, Lang, Pattern, Span, parse_span_ms
from central.documents.sign import encode_document, new_doc_id
from speech.dialect import DialectName
from strict_yaml.loader import load_yaml
from strict_yaml.node import Node, Scalar, given

KeySlot = Annotated[
    str, Meta(pattern=KEY_SLOT.pattern, extra_json_schema={"description": "key, key-lu"})
]
LONGEST_MS = 7_200_000


class AlarmMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The message in one language: recorded sound, text for boards, or both."""

    lang: Lang = "vi"
    play: str | list[str] = msgspec.field(default_factory=list)
    show: str | None = None
    say: str | None = None


class AlarmFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file: what a press of the keys of this slot starts."""

    class_: Literal["emergency"] = msgspec.field(name="class")
    trigger: Literal["key"]
    slot: KeySlot
    to: Annotated[list[Pattern], Meta(min_length=1, max_length=256)]
    until: Date
    messages: Annotated[list[AlarmMessage], Meta(min_length=1, max_length=16)]
    from_: Date | None = msgspec.field(name="from", default=None)
    exercise: bool = False
    attention: Literal["two-tone", "none"] = "two-tone"
    repeat: Annotated[int, Meta(ge=1, le=20)] = 3
    gap: Span = "2s"
    longest: Span = "10m"
    dialect: DialectName | None = None
    pronunciation: str | None = None


def is_alarm(text: str) -> bool:
    """Return whether an officer's file is of the class emergency."""
    _, tree, _ = load_yaml(text, AlarmFile, "")
    class_ = given(tree, "class")
    return isinstance(class_, Scalar) and class_.value == "emergency"


def compile_alarm(source: Path | str, issue: SigningParams, clip_dir: Path | None = None) -> bytes:
    """Compile a prepared alarm to the exact bytes that two people are to sign.

    Args:
        source: the file's path, or its text.
        issue: values that the file does not contain.
        clip_dir: where the names under `play` are looked up; default: the file's own folder.

    Raises:
        YamlFaults: every fault of the file, with line and column.
        TrustError: E_SCHEMA, a box would refuse the result.
    """
    file = read_source(source, clip_dir)
    alarm, tree, faults = load_yaml(file.text, AlarmFile, file.name)
    if alarm is None or faults:
        raise YamlFaults(faults)
    return _AlarmCompiler(alarm, file, tree, issue).payload()


class _AlarmCompiler(Compilation):
    """One pass over a prepared alarm."""

    def __init__(
        self, alarm: AlarmFile, file: SourceFile, tree: Node | None, issue: SigningParams
    ) -> None:
        super().__init__(file, tree, issue)
        self._alarm = alarm

    def payload(self) -> bytes:
        """The bytes, or every fault."""
        alarm = self._alarm
        span = self._span()
        longest_ms = parse_span_ms(alarm.longest)
        if longest_ms > LONGEST_MS:
            self.fault("longest", "file.most_2h", got=alarm.longest)
        bodies = [self._body(one, f"messages[{n}]") for n, one in enumerate(alarm.messages)]
        if self.faults or span is None:
            raise YamlFaults(self.faults)
        header = self.header(
            "emergency", class_="emergency", to=alarm.to, slot=alarm.slot,
            begin=span[0], end=span[1],
        )  # fmt: skip
        return encode_document(
            Emergency(
                **header,
                event_id=new_doc_id(),
                exercise=alarm.exercise,
                attention=None if alarm.attention == "none" else alarm.attention,
                media=list(self.media.values()),
                bodies=bodies,
                repeat=alarm.repeat,
                gap_ms=parse_span_ms(alarm.gap),
                max_ms=longest_ms,
                trigger="key",
            )
        )

    def _span(self) -> tuple[datetime, datetime] | None:
        alarm, now = self._alarm, self.issue.now
        first = alarm.from_
        begin = (
            self.attempt("from", lambda: midnight(first, 0), "file.date", first) if first else now
        )
        end = self.attempt("until", lambda: midnight(alarm.until, 1), "file.date", alarm.until)
        if begin is None or end is None:
            return None
        if end <= max(begin, now):
            self.fault("until", "file.end", got=alarm.until)
            return None
        if end - now > PREPARED_ALARM_LIFETIME:
            self.fault(
                "until", "file.most_days", str(PREPARED_ALARM_LIFETIME.days), got=alarm.until
            )
        return max(begin, now), end

    def _body(self, message: AlarmMessage, path: str) -> EmergencyBody:
        if not message.play and not message.show and not message.say:
            self.fault(path, "file.play_or_show")
        media = self.sounds(message.play, f"{path}.play") or None
        return EmergencyBody(message.lang, media, self._text(message, path))

    def _text(self, message: AlarmMessage, path: str) -> TextBody | None:
        """What is shown, and read aloud where the recording is not; boards show what is said."""
        if not message.say:
            return TextBody(show=message.show) if message.show else None
        said = self.spoken(message.say, f"{path}.say", self._alarm)
        shown = message.show or message.say
        return None if said is None else msgspec.structs.replace(said, show=shown)
