"""A simulated box for the tests of the page: its status, and operations that note their calls."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_args

from agent.contract.volume import Volume
from agent.control.operations import (
    Operation,
    OperationName,
    OperationOutput,
    OperationRefusedError,
    Operations,
    Requester,
)
from agent.control.station_status import (
    CommissioningTestStatus,
    FaceStatus,
    ItemStatus,
    JournalEvent,
    LinkStatus,
    LocalMuteStatus,
    MediaCount,
    OutboxStatus,
    OutputStatus,
    PlacementRule,
    Problem,
    ReadingStatus,
    RefusedItem,
    StationStatus,
    ZoneStatus,
)
from strict_yaml.validation_fault import ValidationFault

AT = datetime(2026, 11, 24, 10, 0, 12, tzinfo=UTC)  # 17:00:12 in Viet Nam, a Tuesday
ISSUER = "vn.84.29266"
CAPPED = Volume(-6.0, 70.0, "ordinary 06:00-21:00 70 dBA at 25 m")


def moment(hour: int, minute: int = 0, second: int = 0, day: int = 24) -> datetime:
    """A local time of that day."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=7)


NEWS = ItemStatus(
    "Bản tin chiều", "scheduled", moment(17), moment(17, 15), ("*",),
    PlacementRule(ISSUER, "tuan", 42, ("05:00", "17:00"), (1, 2, 3, 4, 5, 6)),
)  # fmt: skip
FLOOD = ItemStatus(
    "Phòng chống lũ", "priority", moment(17, 30), moment(17, 42), ("*",),
    PlacementRule(ISSUER, "lu", 7, ("17:30",), (1, 2, 3, 4, 5, 6, 7), ("Ca nhạc",)),
)  # fmt: skip
WATER = ItemStatus(
    "Nước sạch cho mọi nhà", "scheduled", moment(6), moment(18), ("*",),
    PlacementRule(ISSUER, "bang", 3, ("06:00",), (1, 2, 3, 4, 5, 6, 7)),
)  # fmt: skip
MARKET = ItemStatus(
    "Chợ nổi cuối tuần", "scheduled", moment(18), moment(21), ("mat-truoc",),
    PlacementRule(ISSUER, "bang", 3, ("18:00",), (5, 6, 7)),
)  # fmt: skip

HEALTHY = StationStatus(
    station="tv-cl-0007",
    place="84/29266/tv-cl-0007",
    version="0.1.0",
    at=AT,
    clock="SYNCED",
    clock_error_s=0.021,
    link=LinkStatus("mqtt.example.vn:8883", is_up=True, since_s=5 * 3600 + 720),
    media=MediaCount(38, 38),
    outbox=OutboxStatus(0, 0.0),
    outputs=(
        OutputStatus(
            "loa", is_up=True, now=NEWS, next=FLOOD, gain_db=-6.0,
            zones=(
                ZoneStatus("nga-ba", "ordinary", "on", is_switched=True, volume=CAPPED),
                ZoneStatus("tram-y-te", "special", "on", is_switched=True),
                ZoneStatus("nha-van-hoa", "ordinary", "on", is_switched=False),
            ),
        ),
        OutputStatus(
            "bang-tin", is_up=True, now=WATER, next=MARKET,
            faces=(
                FaceStatus("mat-truoc", 512, 256, "a1", 12.0),
                FaceStatus("mat-sau", 512, 256, "a2", 3900.0),
            ),
        ),
    ),
    readings=(
        ReadingStatus("disk", "good", 19.4 * 1024**3, "bytes"),
        ReadingStatus("storage", "unchecked", reason="no_card"),
        ReadingStatus("power", "good"),
        ReadingStatus("temperature", "good", 48.5, "°C"),
        ReadingStatus("certificate", "good"),
        ReadingStatus("mains", "good", 1.0, "on"),
        ReadingStatus("generator", "unchecked"),
        ReadingStatus("door", "good", 0.0, "on"),
    ),
    events=(
        JournalEvent(1043, moment(17, 0, 0), "clock_fix", ""),
        JournalEvent(1042, moment(5, 15, 2), "play.full", "Bản tin sáng", "loa"),
        JournalEvent(1041, moment(4, 58, 10), "E_HOURS", "Ca nhạc", "quiet_hours 21:00-05:00"),
        JournalEvent(1040, moment(4, 30), "fault.ends", "link_down", "mqtt.example.vn:8883"),
        JournalEvent(1039, moment(3, 12), "fault.begins", "link_down", "mqtt.example.vn:8883"),
        JournalEvent(1038, moment(22, 0, 0, 23), "use.tone", "nga-ba", "192.168.10.7"),
        JournalEvent(1037, moment(21, 59, 0, 23), "boot", ""),
    ),
    refused=(RefusedItem("Ca nhạc", moment(21, 30), "E_HOURS", "quiet_hours 21:00-05:00"),),
)  # fmt: skip

FAULTY = replace(
    HEALTHY,
    clock="HOLDOVER",
    clock_error_s=11.4,
    link=LinkStatus("mqtt.example.vn:8883", is_up=False, since_s=2 * 86_400),
    media=MediaCount(29, 38),
    outbox=OutboxStatus(212, 2 * 86_400),
    outputs=(
        replace(
            HEALTHY.outputs[0],
            gain_db=None,
            next=replace(FLOOD, lacking="E_FETCH: media.example.vn"),
            zones=(
                ZoneStatus("nga-ba", "ordinary", "fault", is_switched=True),
                ZoneStatus("tram-y-te", "special", "on", is_switched=True),
            ),
        ),
        replace(
            HEALTHY.outputs[1],
            is_up=False,
            now=None,
            faces=(FaceStatus("mat-truoc", 512, 256), FaceStatus("mat-sau", 512, 256)),
        ),
    ),
    readings=(
        ReadingStatus("disk", "bad", 12.0 * 1024**2, "bytes"),
        ReadingStatus("storage", "watch"),
        ReadingStatus("power", "watch"),
        ReadingStatus("temperature", "watch", 81.0, "°C"),
        ReadingStatus("certificate", "good"),
        ReadingStatus("mains", "watch", 0.0, "on"),
        ReadingStatus("generator", "unchecked"),
        ReadingStatus("door", "watch", 1.0, "on"),
    ),
    problems=(
        Problem(
            "link_down", "mqtt.example.vn:8883", moment(9, 40, 0, 22),
            "E_CONNECT: mqtt.example.vn:8883: no answer in time",
        ),
        Problem(
            "switch_no_answer", "nga-ba", moment(16, 59, 58),
            "nga-ba: set: no answer within 200 ms (/dev/ttyUSB0, unit 1, coil 0)",
        ),
        Problem("board_lost", "bang-tin", moment(16, 40), "E_DEVICE: no beat for 1.5 s"),
    ),
)  # fmt: skip


def png(width: int, height: int, rgb: tuple[int, int, int]) -> bytes:
    """A picture of one colour (PNG specification, 2003)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    rows = (b"\0" + bytes(rgb) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(rows)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@dataclass(frozen=True)
class Use:
    """A `command` record, as the page has it written."""

    use: str
    subject: str
    address: str
    outcome: str
    code: str


@dataclass
class FakeBox:
    """A box that notes what it runs and records; `refuse` is the code with which it refuses."""

    shown: StationStatus = HEALTHY
    refuse: str | None = None
    faults: Sequence[ValidationFault] = ()
    calls: list[tuple[str, str]] = field(default_factory=list)
    used: list[Use] = field(default_factory=list)

    @property
    def operations(self) -> Operations:
        """The real operations over what this box does."""
        known: dict[OperationName, Operation] = {
            name: partial(self.run, name) for name in get_args(OperationName)
        }
        journal: Any = self
        return Operations(known, journal)

    @property
    def pictures(self) -> FakeBox:
        return self

    async def read(self) -> StationStatus:
        return self.shown

    async def thumbnail(self, face: str) -> bytes | None:
        known = {"mat-truoc": (200, 160, 0), "mat-sau": (0, 80, 160)}
        return png(512, 256, known[face]) if face in known else None

    async def run(
        self, name: OperationName, subject: str, _requester: Requester
    ) -> OperationOutput:
        if self.refuse is not None:
            raise OperationRefusedError(self.refuse, subject)
        self.calls.append((name, subject))
        match name:
            case "tone":
                tests = (CommissioningTestStatus("tone", subject),)
                self.shown = replace(self.shown, trials=tests)
            case "silence-on":
                until = self.shown.at + timedelta(hours=4)
                mute = LocalMuteStatus(is_local=True, until_at=until)
                self.shown = replace(self.shown, silence=mute)
            case "silence-off":
                self.shown = replace(self.shown, silence=None)
            case "reload":
                return OperationOutput(faults=self.faults)
            case "bundle":
                return OperationOutput(archive=gzip.compress(b""))
            case _:
                pass
        return OperationOutput()

    async def append(self, kind: str, *, detail: dict[str, Any]) -> None:
        """As the journal."""
        assert (kind, detail["by"]) == ("command", "page")
        use = Use(
            detail["do"], detail["subject"], detail["from"], detail["result"], detail["code"] or ""
        )
        self.used.append(use)
