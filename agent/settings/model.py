"""The model of station.yaml as frozen structs; the loader walks these types.

Names state their units. Paths are text as written. A fault shows a pattern's description instead of
the expression.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.contract.ids import KEY_SLOT, SEGMENT, STATION_ID
from agent.contract.input_kind import InputKindName
from agent.settings.cabinets import CabinetPower
from drivers.interface import Measure

_HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_END = rf"(?:{_HOUR}|24:00)"
LISTEN = re.compile(r"^(?:[0-9.]{7,15}|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}\Z")


def _described(pattern: str, form: str) -> Meta:
    return Meta(pattern=pattern, extra_json_schema={"description": form})


StationText = Annotated[str, _described(STATION_ID.pattern, "tv-cl-0007 (a-z 0-9 -; 4..32)")]
ProvinceText = Annotated[str, _described(SEGMENT.pattern, "84 (A-Z a-z 0-9 _ -; 1..32)")]
Name = Annotated[str, _described(r"^[a-z0-9][a-z0-9._-]{0,63}\Z", "nga-ba (a-z 0-9 . _ -; 1..64)")]
Profile = Annotated[str, _described(r"^[a-z0-9][a-z0-9._-]{0,63}\Z", "gpio (a-z 0-9 . _ -)")]
Host = Annotated[str, _described(r"^[A-Za-z0-9.:-]{1,253}\Z", "mqtt.example.vn")]
PathText = Annotated[str, Meta(min_length=1, max_length=4096)]
_PATH = r"^/[^\x00]{0,4095}\Z"
AuthorityPath = Annotated[str, _described(_PATH, "/etc/tramtin/broker-ca.pem")]
CertificatePath = Annotated[str, _described(_PATH, "/etc/tramtin/device.pem")]
KeyPath = Annotated[str, _described(_PATH, "/etc/tramtin/device.key")]
RootPath = Annotated[str, _described(_PATH, "/etc/tramtin/root.json")]
StatePath = Annotated[str, _described(_PATH, "/var/lib/tramtin")]
KeySlot = Annotated[str, _described(KEY_SLOT.pattern, "key, key-lu (key, key-…)")]
Window = Annotated[str, _described(rf"^{_HOUR}-{_END}\Z", "21:00-05:00")]
Listen = Annotated[str, _described(LISTEN.pattern, "192.168.10.1:8080")]
Weekday = Annotated[int, Meta(ge=1, le=7)]
PerDay = Annotated[int, Meta(ge=0, le=1440)]
Percentage = Annotated[int, Meta(ge=0, le=100)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Channel = Annotated[int, Meta(ge=1, le=8)]
Milliseconds = Annotated[int, Meta(ge=0, le=60_000)]
TrimDb = Annotated[float, Meta(ge=-40, le=0)]  # never louder than calibrated
Pixels = Annotated[int, Meta(ge=1, le=16_384)]
Unit = Annotated[int, Meta(ge=0, le=255)]
Line = Annotated[int, Meta(ge=0, le=65_535)]
DEFAULT_KEY_SLOT = "key"  # of an emergency key without `starts`
DeviceText = Annotated[str, Meta(min_length=1, max_length=256)]
SoundPort = Annotated[
    str, _described(r"^/dev/snd/by-path/[^/\x00]{1,255}\Z", "/dev/snd/by-path/…-usb-0:1.2:1.0")
]
FALLBACK_GAIN_DB = -20.0  # of a fallback card whose level nobody has set: never at full level
Options = dict[str, bool | int | float | str]
# `secret`: never shown in a fault, a printed effective config or a support bundle
Pin = Annotated[
    str, _described(r"^[0-9]{6,12}\Z", '"******" (0-9; 6..12)'), Meta(extra={"secret": True})
]


class _Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all structs: frozen, keyword arguments, no unknown key."""


class Broker(_Settings, frozen=True, kw_only=True):
    """Address of the centre's MQTT broker, and the files of mutual TLS."""

    host: Host
    port: Port = 8883
    ca: AuthorityPath
    cert: CertificatePath
    key: KeyPath
    keepalive_s: Annotated[int, Meta(ge=5, le=3600)] = 120
    retry_base_s: Annotated[float, Meta(ge=0.1, le=60)] = 1.0


class MixerControl(_Settings, frozen=True, kw_only=True):
    """A control of the card's own mixer and its level, set at each opening of the card."""

    control: Annotated[str, Meta(min_length=1, max_length=64)]
    db: Annotated[float, Meta(ge=-60, le=20)] = 0.0


class FallbackCard(_Settings, frozen=True, kw_only=True):
    """A sound card that is driven while no better one is there, at a level that is stated."""

    device: DeviceText
    port: SoundPort | None = None
    gain_db: Annotated[float, Meta(ge=-60, le=0)] = FALLBACK_GAIN_DB
    mixer: MixerControl | None = None
    channels: Channel | None = None


class Audio(_Settings, frozen=True, kw_only=True):
    """A sound path. `device` is the stable id that the driver's documentation describes.

    `fade_in_ms`: how an item that follows silence rises; an emergency does not. `delay_ms`: how
    long a sample takes from the card to the horn. `fallbacks` are
    other cards in their order; no card but these is ever driven.
    """

    driver: Profile
    device: DeviceText
    port: SoundPort | None = None
    loudspeaker: Literal["full-range", "column", "horn"] = "full-range"
    fade_in_ms: Annotated[int, Meta(ge=0, le=5000)] = 200
    delay_ms: Annotated[int, Meta(ge=0, le=100)] = 0
    channels: Channel = 1
    mixer: MixerControl | None = None
    fallbacks: Annotated[list[FallbackCard], Meta(max_length=4)] = []


class Monitor(_Settings, frozen=True, kw_only=True):
    """An input that hears an output while it plays: a microphone at a horn, or a line back."""

    driver: Profile
    device: DeviceText
    kind: Literal["line", "microphone"] = "microphone"


class Switch(_Settings, frozen=True, kw_only=True):
    """The power switch of a zone; `options` are keys of its profile only."""

    profile: Profile
    port: PathText | None = None
    unit: Unit | None = None
    coil: Line | None = None
    options: Options = {}


class SoundLevel(_Settings, frozen=True, kw_only=True):
    """Measured at commissioning: the level at a distance with a gain."""

    dba: Annotated[float, Meta(ge=30, le=140)]
    distance_m: Annotated[float, Meta(ge=0.1, le=1000)] = 1.0
    at_gain_db: Annotated[float, Meta(ge=-60, le=20)] = 0.0


class Zone(_Settings, frozen=True, kw_only=True):
    """A loudspeaker line that can be switched on by itself.

    `channels` of the sound device feed it, counted from 1; without them all do.
    """

    name: Name
    kind: Literal["ordinary", "special"] = "ordinary"
    switch: Switch | None = None
    settle_ms: Milliseconds = 400
    tail_ms: Milliseconds = 800
    spl: SoundLevel | None = None
    home_m: Annotated[float, Meta(ge=1, le=1000)] | None = None
    trim_db: TrimDb = 0.0
    channels: Annotated[list[Channel], Meta(max_length=8)] = []


class Board(_Settings, frozen=True, kw_only=True):
    """A board that takes frames, and its address; `options` are keys of its profile only."""

    profile: Profile
    path: PathText
    options: Options = {}


class ControlCard(_Settings, frozen=True, kw_only=True):
    """A card that dims, blanks and watches `faces` of the board, all of them without any.

    `options` are keys of its profile only. Its light sensor looks at the face `sees`, which raises
    it by `white_lux` when it is white; without these two it looks at the sky.
    """

    name: Name
    profile: Profile
    port: PathText
    faces: Annotated[list[Name], Meta(max_length=16)] = []
    sees: Name | None = None
    white_lux: Annotated[float, Meta(ge=0.1, le=1_000_000)] | None = None
    cabinets: CabinetPower | None = None
    options: Options = {}


class VideoSource(_Settings, frozen=True, kw_only=True):
    """A capture card; a signed entry may show what arrives there on the faces of this board.

    `name` is what `policy.inputs` and the entry call it. `options` are keys of its profile only.
    """

    name: Annotated[str, _described(r"^[a-z0-9-]{1,32}\Z", "hdmi-vao (a-z 0-9 -; 1..32)")]
    profile: Profile
    path: PathText
    options: Options = {}


class Face(_Settings, frozen=True, kw_only=True):
    """One side of a board, in pixels.

    `x_px` and `y_px` are its upper left pixel in the board's picture. On a graphics card, `port` is
    the connector and `mode` the mode of the picture there. `pitch_mm` is from lamp to lamp,
    `read_m` the distance from which it is read: a centre warns of letters that are too small.
    """

    name: Name
    width_px: Pixels
    height_px: Pixels
    port: Annotated[str, _described(r"^[A-Za-z0-9._-]{1,32}\Z", "HDMI-A-1")] | None = None
    mode: (
        Annotated[str, _described(r"^[0-9]{2,5}x[0-9]{2,5}@[0-9]{1,3}\Z", "1920x1080@60")] | None
    ) = None
    x_px: Annotated[int, Meta(ge=0, le=16_384)] = 0
    y_px: Annotated[int, Meta(ge=0, le=16_384)] = 0
    pitch_mm: Annotated[float, Meta(ge=0.5, le=100)] | None = None
    read_m: Annotated[float, Meta(ge=1, le=500)] | None = None


class BoardLight(_Settings, frozen=True, kw_only=True):
    """How bright a board is. The rules stand in `agent.plan.light`.

    `day` serves where neither sun nor sensor is known too. `full_w` is the power of the wall, all
    white at full brightness; `cap_w` what it may take. The defaults suit an outdoor wall of 5000
    nits or more and are ours (30 November 2026): no Vietnamese rule gives numbers.
    """

    by: Literal["clock", "sun", "sensor"] = "sun"
    day_pct: Percentage = 80
    night_pct: Percentage = 15
    day: Window = "05:45-18:00"
    twilight_min: Annotated[int, Meta(ge=0, le=120)] = 30
    advert_pct: Percentage | None = None
    reserve_pct: Percentage | None = 30
    sensor: Name | None = None
    dark_lux: Annotated[int, Meta(ge=1, le=1000)] = 10
    bright_lux: Annotated[int, Meta(ge=1001, le=200_000)] = 20_000
    full_w: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    cap_w: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class Output(_Settings, frozen=True, kw_only=True):
    """One sound path with its zones, or one board with its faces."""

    name: Name
    audio: Audio | None = None
    zones: list[Zone] = []
    monitor: Monitor | None = None
    board: Board | None = None
    faces: list[Face] = []
    controls: Annotated[list[ControlCard], Meta(max_length=4)] = []
    video_inputs: Annotated[list[VideoSource], Meta(max_length=4)] = []
    light: BoardLight | None = None


class VoiceDevice(_Settings, frozen=True, kw_only=True):
    """A microphone, or the line-in for a mixer or tuner. A contact's `speaks` names it.

    It is heard in `zones`, in all of them without any, for `max_min` minutes at most.
    """

    name: Name
    kind: Literal["microphone", "line-in"] = "microphone"
    driver: Profile = "portaudio"
    device: Annotated[str, Meta(min_length=1, max_length=256)]
    zones: Annotated[list[Name], Meta(max_length=64)] = []
    max_min: Annotated[int, Meta(ge=1, le=240)] = 10
    chime: bool = True


class Input(_Settings, frozen=True, kw_only=True):
    """A contact that the box reads. `line` is a GPIO line offset or a Modbus input number.

    `starts` is the slot whose prepared alarm an emergency key starts; `DEFAULT_KEY_SLOT` without.
    `speaks` is the voice input that the key of a microphone opens; the first one without.
    """

    name: Name
    kind: InputKindName
    profile: Profile
    port: PathText | None = None
    unit: Unit | None = None
    line: Line | None = None
    zone: Name | None = None
    starts: KeySlot | None = None
    speaks: Name | None = None
    active: Literal["high", "low"] = "high"
    debounce_ms: Annotated[int, Meta(ge=0, le=10_000)] = 50
    options: Options = {}


class Sensor(_Settings, frozen=True, kw_only=True):
    """A sensor. A value outside `low`..`high` (in the sensor's unit) is a health issue.

    `baseline` is what a zone's amplifier drew while it sounded at commissioning; of a light sensor
    whose `zone` is a face, by how much that face raises it when it is white.
    """

    name: Name
    measures: Measure
    profile: Profile
    port: PathText | None = None
    unit: Unit | None = None
    zone: Name | None = None
    low: float | None = None
    high: float | None = None
    baseline: Annotated[float, Meta(ge=0.001, le=1_000_000)] | None = None
    options: Options = {}


class Page(_Settings, frozen=True, kw_only=True):
    """The status page: its address besides 127.0.0.1, and the PIN for its controls."""

    listen: Listen | None = None
    pin: Pin | None = None

    def __repr__(self) -> str:
        """Hide the PIN, because settings are printed in logs and traces."""
        return f"Page(listen={self.listen!r}, pin={'******' if self.pin else None!r})"


class LocalCap(_Settings, frozen=True, kw_only=True):
    """Loudest level at the nearest home for a kind of zone within a window."""

    zone_kind: Literal["ordinary", "special"]
    window: Window
    dba: Annotated[int, Meta(ge=30, le=130)]


class LocalLevel(_Settings, frozen=True, kw_only=True):
    """The volume within a window, in dB below the calibrated one."""

    window: Window
    gain_db: TrimDb


class LocalAdverts(_Settings, frozen=True, kw_only=True):
    """Local restrictions of adverts, where the signed policy allows any."""

    windows: Annotated[list[Window], Meta(max_length=16)] | None = None
    day_pct: Percentage | None = None
    session_pct: Percentage | None = None


class LocalZoneClasses(_Settings, frozen=True, kw_only=True):
    """The classes that may sound at clusters of a kind; emergencies always may."""

    zone_kind: Literal["ordinary", "special"]
    classes: Annotated[list[Literal["routine", "priority"]], Meta(max_length=2)]


class Policy(_Settings, frozen=True, kw_only=True):
    """Local restrictions, in addition to those of the signed station-config."""

    quiet_hours: Annotated[list[Window], Meta(max_length=16)] = []
    caps: Annotated[list[LocalCap], Meta(max_length=32)] = []
    levels: Annotated[list[LocalLevel], Meta(max_length=16)] = []
    maintenance: Annotated[list[Window], Meta(max_length=16)] = []
    sessions_per_day: PerDay | None = None
    minutes_per_session: PerDay | None = None
    weekdays: Annotated[list[Weekday], Meta(max_length=7)] | None = None
    adverts: LocalAdverts | None = None
    zone_classes: Annotated[list[LocalZoneClasses], Meta(max_length=2)] = []


class Media(_Settings, frozen=True, kw_only=True):
    """Download of media. Private addresses are refused unless allowed (a local mirror, a test)."""

    allow_private: bool = False


class Speech(_Settings, frozen=True, kw_only=True):
    """How this box reads a text aloud; needs Debian's `espeak-ng`."""

    dialect: Literal["north", "central", "south"] = "north"
    syllables_per_minute: Annotated[int, Meta(ge=110, le=260)] = 140
    pause_ms: Annotated[int, Meta(ge=0, le=1500)] = 450


class Settings(_Settings, frozen=True, kw_only=True):
    """All of station.yaml."""

    station: StationText
    province: ProvinceText | None = None
    broker: Broker
    root: RootPath
    state: StatePath
    outputs: Annotated[list[Output], Meta(min_length=1, max_length=16)]
    inputs: Annotated[list[Input], Meta(max_length=64)] = []
    sensors: Annotated[list[Sensor], Meta(max_length=64)] = []
    voice_inputs: Annotated[list[VoiceDevice], Meta(max_length=8)] = []
    page: Page | None = None
    policy: Policy | None = None
    media: Media = Media()
    speech: Speech = Speech()
