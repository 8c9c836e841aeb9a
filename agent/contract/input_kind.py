"""The kinds of contact that a box reads: what each means, which issue it raises, what it does.

Settings, health, overrides, page and reference read this table. A new kind needs one entry here,
its name in `InputKindName`, and for the page the texts `reading.<kind>`, `<kind>.on`, `<kind>.off`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from texts.catalogue import Text

InputKindName = Literal[
    "door", "mains", "generator", "silence-key", "emergency-key", "microphone-key",
    "emergency-microphone-key", "heard-key", "amplifier-fault", "lockout",
]  # fmt: skip
InputAction = Literal["mute", "start_alarm", "speak", "speak_emergency", "confirm"]


@dataclass(frozen=True)
class InputIssue:
    """The issue that a contact raises by its state; that of a zone only while its line is on.

    Args:
        kind: of `contract.issues.catalogue.ISSUE_KINDS`.
        active: the state in which the issue lasts.
        hint: what the contact says then, in English, for the log.
    """

    kind: str
    active: bool
    hint: str


@dataclass(frozen=True)
class InputKind:
    """One kind of contact.

    Args:
        meaning: what an active contact of this kind means.
        issue: the issue that its state raises; None for a kind without one.
        action: what an active contact makes the box do; None for one that only informs.
        is_of_zone: does it belong to one zone, and not to the whole box?
        fails_active: does it count as active while it cannot be read?
    """

    meaning: Text
    issue: InputIssue | None = None
    action: InputAction | None = None
    is_of_zone: bool = False
    fails_active: bool = False

    @property
    def is_key(self) -> bool:
        """Does a person press it? A key is polled faster, and the page lists it apart."""
        return self.action is not None

    @property
    def must_be_released(self) -> bool:
        """Does a contact that is found active count only after it was seen inactive?"""
        return self.action in ("start_alarm", "confirm") or self.is_held

    @property
    def is_held(self) -> bool:
        """Does it act for as long as it is pressed? One that cannot be read counts as released."""
        return self.action in ("speak", "speak_emergency")

    def raises_issue(self, active: bool) -> bool:  # noqa: FBT001 - the state itself is the argument
        """Does this state of the contact raise the issue?"""
        return self.issue is not None and self.issue.active == active


# The page shows those that are no keys in this order.
INPUT_KINDS: Mapping[InputKindName, InputKind] = {
    "mains": InputKind(
        Text("có điện lưới", "mains present"),
        issue=InputIssue("mains_lost", active=False, hint="the contact says no mains"),
    ),
    "generator": InputKind(Text("máy nổ chạy", "generator running")),
    "door": InputKind(
        Text("cửa tủ mở", "cabinet open"),
        issue=InputIssue("door_open", active=True, hint="the contact says open"),
    ),
    "lockout": InputKind(
        Text(
            "khóa an toàn đang bật: có người làm việc ở loa hoặc bảng",
            "lockout on: somebody works at the horns or in front of a board",
        ),
        fails_active=True,
    ),
    "silence-key": InputKind(Text("phím tắt tiếng", "key that silences the box"), action="mute"),
    "emergency-key": InputKind(
        Text("nút khẩn cấp", "key that starts an alarm"), action="start_alarm"
    ),
    "microphone-key": InputKind(
        Text("nút nói micro, giữ để nói", "key of a microphone, held to speak"), action="speak"
    ),
    "emergency-microphone-key": InputKind(
        Text("nút micro khẩn cấp, giữ để nói", "key of the emergency microphone, held to speak"),
        action="speak_emergency",
    ),
    "heard-key": InputKind(
        Text("nút xác nhận, người nghe thấy loa thì bấm", "key pressed by who hears the sound"),
        action="confirm",
    ),
    "amplifier-fault": InputKind(
        Text("tăng âm báo lỗi", "the amplifier reports a fault"),
        issue=InputIssue("amplifier_fault", active=True, hint="its fault contact says fault"),
        is_of_zone=True,
    ),
}
