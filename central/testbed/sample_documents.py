"""What the demonstration publishes: media in several formats, schedule.yaml, documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.contract.document import Emergency, EmergencyBody, Medium, StationConfig, TextBody
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import StationPolicy
from central.documents.sign import build_header, encode_document, new_doc_id
from central.testbed.stations import COMMUNE, COMMUNE_STATION, GROUP, PROVINCE

BULLETIN = "Kính thưa bà con. Sáng nay xã Càng Long tiêm chủng cho trẻ em tại trạm y tế."
WARNING = "Khẩn cấp. Nước lũ đang lên nhanh. Bà con di dời ngay đến nơi an toàn."
WATER = "Nước sạch cho mọi nhà"
KHMER = "ទឹកស្អាតសម្រាប់គ្រប់ផ្ទះ"
TEXT_ONLY = "Nước lũ đang lên nhanh, bà con di dời ngay"
FLOOD_KHMER = "ប្រកាសអាសន្ន៖ ទឹកជំនន់កំពុងឡើង"


@dataclass(frozen=True)
class Plan:
    """When each part of the scenario begins, UTC."""

    bulletin: datetime
    music: datetime
    emergency: datetime
    closing: datetime
    text_alarm: datetime
    end: datetime


def plan_from(start: datetime) -> Plan:
    """Compute the scenario's times, in whole seconds."""
    first = start.replace(microsecond=0) + timedelta(seconds=1)
    return Plan(
        bulletin=first,
        music=first + timedelta(seconds=11),
        emergency=first + timedelta(seconds=15),
        closing=first + timedelta(seconds=37),
        text_alarm=first + timedelta(seconds=41),
        end=first + timedelta(seconds=52),
    )


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M:%S}"


def write_schedule(path: Path, plan: Plan, *, bulletin_title: str = "Bản tin sáng") -> None:
    """Write an officer's schedule.yaml for the scenario's times."""
    day = plan.bulletin.astimezone(LOCAL).date()
    board_s = int((plan.end - plan.bulletin).total_seconds())
    path.write_text(
        f"""\
slot: tuan
class: routine
to: ["{PROVINCE}/{COMMUNE}/*"]
from: {day - timedelta(days=1)}
until: {day + timedelta(days=2)}
items:
  - title: {bulletin_title}
    lang: vi
    at: "{_clock(plan.bulletin)}"
    play: [chuong.wav, ban-tin.mp3]
  - {{title: Ca nhạc, lang: vi, at: "{_clock(plan.music)}", play: [nhac.opus], when_cut: resume}}
  - {{title: Nhạc kết, lang: vi, at: "{_clock(plan.closing)}", play: [ket.wav]}}
  - title: Nước sạch
    lang: vi
    at: "{_clock(plan.bulletin)}"
    for: {board_s}s
    show:
      text: "{WATER}\\n{KHMER}"
      qr: "https://gopy.example.vn/b/{{station}}"
      image: canh.png
"""
    )


def station_config(
    station: str, now: datetime, media_host: str, seq: int = 1, policy: StationPolicy | None = None
) -> bytes:
    """Place, group and a policy; without one the whole day, and media from one `host:port`."""
    header = build_header(
        "station-config",
        issuer=f"vn.{PROVINCE}",
        class_="config",
        to=[f"{PROVINCE}/{COMMUNE}/{station}"],
        slot="chinh",
        seq=seq,
        now=now,
        lifetime=timedelta(days=30),
    )
    return encode_document(
        StationConfig(
            **header,
            place=f"{PROVINCE}/{COMMUNE}/{station}",
            groups=[GROUP],
            zones=[],
            policy=policy or StationPolicy(quiet_hours=[], media_hosts=[media_host]),
        )
    )


def emergency(now: datetime, voice: Medium, seq: int = 1) -> bytes:
    """A flood warning: attention signal, Vietnamese voice, text in two languages. An exercise."""
    header = build_header(
        "emergency",
        issuer=f"vn.{PROVINCE}.em",
        class_="emergency",
        to=[f"{PROVINCE}/{COMMUNE}/*"],
        slot="khan-cap",
        seq=seq,
        now=now,
        lifetime=timedelta(minutes=10),
        editor="Trực ban thứ nhất (demo)",
        approver="Trực ban thứ hai (demo)",
    )
    return encode_document(
        Emergency(
            **header,
            event_id=new_doc_id(),
            exercise=True,
            attention="two-tone",
            media=[voice],
            bodies=[
                EmergencyBody("vi", [voice.sha256], TextBody(show=WARNING)),
                EmergencyBody("km", None, TextBody(show=FLOOD_KHMER)),
            ],
            repeat=1,
            gap_ms=0,
            max_ms=14_000,
        )
    )


def text_emergency(now: datetime, seq: int = 1) -> bytes:
    """A warning for the loudspeakers without a recording. An exercise."""
    header = build_header(
        "emergency",
        issuer=f"vn.{PROVINCE}.em",
        class_="emergency",
        to=[f"{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}"],
        slot="khan-cap-chu",
        seq=seq,
        now=now,
        lifetime=timedelta(minutes=10),
        editor="Trực ban thứ nhất (demo)",
        approver="Trực ban thứ hai (demo)",
    )
    return encode_document(
        Emergency(
            **header,
            event_id=new_doc_id(),
            exercise=True,
            attention="two-tone",
            media=[],
            bodies=[EmergencyBody("vi", None, TextBody(show=TEXT_ONLY))],
            repeat=1,
            gap_ms=2_000,
            max_ms=10_000,
        )
    )
