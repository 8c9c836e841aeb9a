"""Messages between the agent and its workers: JSON over an inherited SOCK_SEQPACKET (fd 3).

Times are CLOCK_MONOTONIC seconds. PCM is s16le, 48 kHz, mono, from a pipe whose read end travels
with the message (SCM_RIGHTS). One message is one packet.
"""

from __future__ import annotations

import struct
from typing import Literal, Protocol

import msgspec

from agent.contract.scene import Scene
from agent.play.clip_messages import AddClip, ClipCount, ClipFailed
from agent.play.face_state import FaceLight, SignState

WORKER_FD = 3
RATE_HZ = 48_000
BEAT_S = 0.5
BEAT_LIMIT_S = 1.5
ALIVE_S = 2.0
AGENT_LIMIT_S = 10.0

# Channel of the device, from 0, and its own gain in dB. Empty: every channel at 0 dB.
Channels = dict[int, float]


class Message(msgspec.Struct, frozen=True, tag_field="do", forbid_unknown_fields=True):
    """Its type is in the member `do`."""


class Load(Message, frozen=True, tag="load"):
    """Open a slot and fill its ring from the pipe that comes with this message.

    `is_live`: somebody speaks now. While it sounds the device's buffer is kept small, at a higher
    cost in CPU time.
    """

    id: str
    level: int  # higher pre-empts lower
    gain_db: float = 0.0
    fade_in_ms: int = 0
    channels: Channels = {}
    is_live: bool = False


class StartSlot(Message, frozen=True, tag="start"):
    """Place the slot's first sample at a moment; a moment past means now, without catching up.

    With `after` it waits for the end of that slot, if that still exists, and begins at the sample
    right after its last one, or at its own moment if that is later.
    """

    id: str
    at_mono_s: float
    after: str | None = None


class Stop(Message, frozen=True, tag="stop"):
    """Fade a slot out and drop it."""

    id: str
    fade_ms: int = 20


class Gain(Message, frozen=True, tag="gain"):
    """Change a slot's gain within one block; its channels too, if they are given."""

    id: str
    gain_db: float
    channels: Channels | None = None


class Steer(Message, frozen=True, tag="steer"):
    """The shared clock was set: the first sample of a slot that sounds was due so much later."""

    id: str
    by_s: float  # negative: earlier


class Hold(Message, frozen=True, tag="hold"):
    """Keep a decoded clip in memory; PCM comes with the message."""

    clip: str


class Fire(Message, frozen=True, tag="fire"):
    """Play a held clip at once as slot `id` at `level`; lower slots are faded out and dropped."""

    clip: str
    id: str
    level: int
    gain_db: float = 0.0
    channels: Channels = {}
    is_live: bool = False


class Tap(Message, frozen=True, tag="tap"):
    """Copy what is played into the socket (SOCK_SEQPACKET) whose end comes with this message.

    A later one replaces it. Each packet is `TAP_HEADER`, then s16le samples, channels interleaved;
    nothing is sent while nothing sounds. A packet that nobody takes is lost.
    """


# moment of the first sample in CLOCK_MONOTONIC seconds, number of channels
TAP_HEADER = struct.Struct("<dI")
EngineCommand = Load | StartSlot | Stop | Gain | Steer | Hold | Fire | Tap


class Send(Protocol):
    """How a session sends commands to its engine."""

    def __call__(self, command: EngineCommand, fd: int | None = None) -> None:
        """Send one command; the descriptor, if any, is passed along and closed."""


class Ready(Message, frozen=True, tag="ready"):
    """The device is open and plays silence."""

    rate_hz: int
    block: int
    device: str


class EngineBeat(Message, frozen=True, tag="beat"):
    """Every 500 ms: frames consumed by the device, and breaks in the sound, so far.

    `starved` of the breaks are for want of decoded sound; at the others the device ran dry.
    """

    frames: int
    mono_s: float
    underruns: int
    starved: int = 0


class Started(Message, frozen=True, tag="started"):
    """The slot's first sample leaves (or left) the box at this moment."""

    id: str
    mono_s: float


class Steered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a slot was kept in step with the shared clock.

    `left_out` and `doubled` count single samples, `jumps` what was more; `worst_s` is how far off
    it was at most, `card_ppm` by how many parts in a million its card is fast, where the sound was
    long enough to say.
    """

    left_out: int = 0
    doubled: int = 0
    jumps: int = 0
    worst_s: float = 0.0
    card_ppm: float | None = None


class Ended(Message, frozen=True, tag="ended"):
    """The slot is finished: `frames` of its sound were consumed.

    `missing_frames` were silent between its first sample and its end or were left out: its source
    or the device was late.
    """

    id: str
    frames: int
    why: Literal["end", "stopped", "starved"]
    mono_s: float
    missing_frames: int = 0
    steered: Steered | None = None


class WorkerFault(Message, frozen=True, tag="fault"):
    """The worker cannot continue (or, with `id`, one of its items cannot).

    `faces`: those on which the scene `id` cannot be shown; empty: none of its faces can show it.
    """

    code: str
    detail: str
    id: str | None = None
    faces: list[str] = []


EngineEvent = Ready | EngineBeat | Started | Ended | WorkerFault


class AddPipe(Message, frozen=True, tag="add_pipe"):
    """Write what is captured from now on into the pipe whose write end comes with this message."""


CaptureCommand = AddPipe


class CaptureReady(Message, frozen=True, tag="capture_ready"):
    """The input is open and gives sound."""

    device: str


class CaptureBeat(Message, frozen=True, tag="capture_beat"):
    """Every 500 ms: blocks captured so far, and the highest peak since the last beat in dBFS."""

    blocks: int
    peak_dbfs: float


CaptureEvent = CaptureReady | CaptureBeat | WorkerFault


class AddReference(Message, frozen=True, tag="add_reference"):
    """Compare with what comes from the socket whose end comes with this message; see `Tap`."""


MonitorCommand = AddReference


class MonitorReady(Message, frozen=True, tag="monitor_ready"):
    """The input is open and gives sound."""

    device: str


class MonitorBeat(Message, frozen=True, tag="monitor_beat"):
    """Every 500 ms: blocks captured so far, and the highest peak since the last beat in dBFS."""

    blocks: int
    peak_dbfs: float


class Compared(Message, frozen=True, tag="compared"):
    """One comparison of what was played with what was heard; at most one a second.

    `score`: correlation of the envelopes; of a tone how far it stands out, at most 1. `played_db`
    and `heard_db`: power between 400 and 4000 Hz over those five seconds, below full scale.
    """

    is_found: bool
    score: float
    lag_ms: int
    by_tone: bool
    played_db: float
    heard_db: float


MonitorEvent = MonitorReady | MonitorBeat | Compared | WorkerFault


class ShowScene(Message, frozen=True, tag="show"):
    """Show a scene on the named faces until a moment; `media` maps sha256 to a readable path.

    `utc_at_mono_0_s` is the POSIX second at CLOCK_MONOTONIC 0, for clock elements; None while no
    time is trusted: clocks then show dashes. `start_mono_s` is the planned beginning, from which
    the turns of regions are counted: boxes and faces are in step, whenever each began.
    With `from_mono_s` the scene is drawn now and shown at
    that moment, or as soon as it is drawn; its faces keep what they show until then.
    """

    id: str
    scene: Scene
    faces: list[str]
    media: dict[str, str]
    until_mono_s: float
    utc_at_mono_0_s: float | None = None
    start_mono_s: float = 0.0
    is_alarm: bool = False  # stays while the agent is silent
    from_mono_s: float | None = None


class MoveScene(Message, frozen=True, tag="move"):
    """Move the begin of a scene that is still to be shown, and the end of one in any state."""

    id: str
    from_mono_s: float
    until_mono_s: float


class Standby(Message, frozen=True, tag="standby"):
    """All still pictures that faces show from now on while nothing else is on them.

    They are drawn at once and kept; a face without one is black.
    """

    pictures: list[ShowScene]


class Alive(Message, frozen=True, tag="alive"):
    """The agent's loop runs: every `ALIVE_S`.

    After `AGENT_LIMIT_S` without any command the board shows its standby pictures.
    """


class Blank(Message, frozen=True, tag="blank"):
    """Nothing more on the named faces: their standby picture, or black."""

    faces: list[str]


class Brightness(Message, frozen=True, tag="brightness"):
    """Percent of the board's own maximum."""

    pct: int


class Test(Message, frozen=True, tag="test"):
    """A test pattern on the named faces; on every face when none is named."""

    pattern: Literal["bars", "grid", "white"]
    faces: list[str] = []


class Snap(Message, frozen=True, tag="snap"):
    """Request a small picture of what a face shows; `known` is the token of the last answer."""

    face: str
    side_px: int = 256
    known: str = ""


BoardCommand = (
    ShowScene
    | AddClip
    | ClipFailed
    | MoveScene
    | Standby
    | Alive
    | Blank
    | Brightness
    | Test
    | Snap
)


class BoardReady(Message, frozen=True, tag="board_ready"):
    """The faces found."""

    faces: list[str]


class BoardBeat(Message, frozen=True, tag="board_beat"):
    """Every 500 ms: frames sent so far, how many were late, and faces that cannot be shown now.

    `faults` has a coded reason by face, `clips` the frames of each clip by the id of its scene,
    `light` that of what was last sent to each face, `signs` what those say that store it.
    """

    frames: int
    late: int
    faults: dict[str, str] = {}
    clips: dict[str, ClipCount] = {}
    light: dict[str, FaceLight] = {}
    signs: dict[str, SignState] = {}


class Shown(Message, frozen=True, tag="shown"):
    """A face's first frame of a scene went out."""

    id: str
    face: str
    frame_sha256: str
    mono_s: float


class StandbyReady(Message, frozen=True, tag="standby_ready"):
    """A face's standby picture is drawn and kept."""

    id: str
    face: str
    frame_sha256: str


class AgentLost(Message, frozen=True, tag="agent_lost"):
    """Since this moment the faces show their standby pictures: no command came for too long."""

    faces: list[str]
    mono_s: float


class Snapped(Message, frozen=True, tag="snapped"):
    """What a face shows, as PNG of at most `side_px` each way; empty when `token` was known.

    `changed_mono_s` is when the face's frame last changed.
    """

    face: str
    token: str
    changed_mono_s: float
    png: bytes = b""


BoardEvent = BoardReady | BoardBeat | Shown | StandbyReady | AgentLost | Snapped | WorkerFault
