"""A simulated Huidu full-colour card with its sign: the SDK 2.0 by TCP, and the search by UDP.

It has what matters of a card: files stay, an upload that broke off goes on from where it ended, a
programme without its file is refused, XML between the start and the end of a file is an error, the
list is read back, the sign is dark while the screen is closed. `drivers.sim.sim_huidu_port` has its
sockets.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from drivers.codec import huidu, huidu_xml
from drivers.codec.huidu import HuiduDecoder, HuiduPacket, XmlAssembler

# silent: no answers; half: half an answer; refuses: error packets; other: another session's guid;
# liar: success, and the list stays as it was; full: no room for files; stuck: it neither takes
# a programme nor closes its screen
FAULTS = ("silent", "half", "refuses", "other", "liar", "full", "stuck")
VERSION = 0x0100_0005
SYSTEM_ERROR, NO_SPACE, PROCESS_ERROR, BAD_CONTENT = 25, 9, 2, 14
METHODS_OF_PROGRAMS = ("AddProgram", "UpdateProgram", "DeleteProgram")
METHODS_THAT_SHOW = (*METHODS_OF_PROGRAMS, "CloseScreen")


@dataclass
class _FileUpload:
    md5: str
    size: int
    name: str


@dataclass
class CardSession:
    """One connection: its guid, and what is half come."""

    guid: str = field(default_factory=lambda: uuid.uuid4().hex)
    decoder: HuiduDecoder = field(default_factory=HuiduDecoder)
    pieces: XmlAssembler = field(default_factory=XmlAssembler)
    upload: _FileUpload | None = None


class SimHuidu:
    """The card and its sign.

    Args:
        size: width and height of the sign.

    Attributes:
        fault: one of `FAULTS`, or None.
        files: content by name.
        programs: the list: guid and file of each.
        luminance_pct: of the sign.
        is_open: is the screen open?
        local_time: as it was set last.
        asked: the methods that were asked, in order.
        taken_bytes: of files, since the start.
        unknown: methods that this model does not know.
        refused: methods that it answers with an error.
        keeps_programs: it reports success and leaves its list as it is.
        hotspot: name and password of its own Wi-Fi network; None: it makes none.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.fault: str | None = None
        self.files: dict[str, bytes] = {}
        self.programs: list[tuple[str, str]] = []
        self.luminance_pct = 100
        self.is_open = True
        self.local_time = ""
        self.asked: list[str] = []
        self.taken_bytes = 0
        self.unknown: set[str] = set()
        self.refused: set[str] = set()
        self.keeps_programs = False
        self.hotspot: tuple[str, str] | None = None
        self._parts: dict[str, bytes] = {}

    def connect(self) -> CardSession:
        """A new session."""
        return CardSession()

    def add_foreign(self) -> None:
        """Somebody puts a picture of theirs on the sign, with the maker's program."""
        self.files["slogan.png"] = _draw(self.size, "#ff0000")
        self.programs.insert(0, ("{foreign}", "slogan.png"))
        self.is_open = True

    def handle(self, session: CardSession, data: bytes) -> bytes:
        """Take what came on a connection; returns the answers.

        Raises:
            ValueError: it is no packet; a card closes the connection.
        """
        answers = b"".join(
            huidu.encode_packet(answer)
            for packet in session.decoder.feed(data)
            for answer in self._handle(session, packet)
        )
        if self.fault == "silent":
            return b""
        return answers[: len(answers) // 2] if self.fault == "half" else answers

    @property
    def looks(self) -> object:
        """Changes when `draw` does."""
        return self.programs[:1], self.is_open, self.luminance_pct

    def draw(self) -> bytes:
        """The RGB pixels that the sign shows, dimmed."""
        from PIL import Image

        black = bytes(self.size[0] * self.size[1] * 3)
        if not self.is_open or not self.programs:
            return black
        with Image.open(io.BytesIO(self.files[self.programs[0][1]])) as file:
            shown = file.convert("RGB").resize(self.size)
        return shown.point([v * self.luminance_pct // 100 for v in range(256)] * 3).tobytes()

    def _handle(self, session: CardSession, packet: HuiduPacket) -> Iterator[HuiduPacket]:
        handlers: dict[int, Callable[[CardSession, bytes], Iterator[HuiduPacket]]] = {
            huidu.VERSION_ASK: self._answer_version,
            huidu.XML_ASK: self._answer_xml,
            huidu.FILE_START_ASK: self._start_file,
            huidu.FILE_CONTENT: self._take_file,
            huidu.FILE_END_ASK: self._end_file,
        }
        if packet.command in handlers:
            yield from handlers[packet.command](session, packet.body)

    def _answer_version(self, session: CardSession, body: bytes) -> Iterator[HuiduPacket]:
        del session, body
        yield HuiduPacket(huidu.VERSION_ANSWER, VERSION.to_bytes(4, "little") + bytes(2))

    def _answer_xml(self, session: CardSession, body: bytes) -> Iterator[HuiduPacket]:
        if session.upload is not None:
            yield _error(PROCESS_ERROR)
            return
        text = session.pieces.add(body)
        if text is None:
            return
        if self.fault == "refuses":
            yield _error(SYSTEM_ERROR)
            return
        root = ET.fromstring(text)  # noqa: S314 - a simulator on a test's own line
        request = root.find("in")
        if request is None:
            raise ValueError("XML without a request")
        method = request.get("method", "")
        self.asked.append(method)
        result, inner = self._do(method, request)
        guid = uuid.uuid4().hex if self.fault == "other" else session.guid
        reply = (
            f'<?xml version="1.0" encoding="utf-8"?><sdk guid="{guid}">'
            f'<out result="{result}" method="{method}">{inner}</out></sdk>'
        )
        yield from huidu.build_xml(reply.encode(), 1024, huidu.XML_ANSWER)

    def _do(self, method: str, request: ET.Element) -> tuple[str, str]:
        """Result and values of a request."""
        if method in self.unknown:
            return huidu_xml.UNSUPPORTED, ""
        if method in self.refused or (self.fault == "stuck" and method in METHODS_THAT_SHOW):
            return "kSystemError", ""
        is_kept = self.keeps_programs and method in METHODS_OF_PROGRAMS
        if is_kept or (self.fault == "liar" and method in METHODS_THAT_SHOW):
            return huidu_xml.SUCCESS, ""
        does: Mapping[str, Callable[[ET.Element], tuple[str, str]]] = {
            "AddProgram": self._add,
            "UpdateProgram": self._add,
            "DeleteProgram": self._delete,
            "DeleteFiles": self._delete_files,
            "SetLuminancePloy": self._dim,
            "SetTimeInfo": self._set_time,
            "OpenScreen": self._switch,
            "CloseScreen": self._switch,
        }
        if method in does:
            return does[method](request)
        values = self._read(method)
        return (huidu_xml.UNSUPPORTED, "") if values is None else (huidu_xml.SUCCESS, values)

    def _read(self, method: str) -> str | None:
        """What the card says to a question; None for an unknown one."""
        width_px, height_px = self.size
        current = self.programs[0][0] if self.programs else ""
        values = {
            "GetIFVersion": '<version value="1000000"/>',
            "SetSwitchTime": "",
            "GetDeviceInfo": '<device cpu="sim" model="A3" id="A3-0001" name="sign"/>'
            '<version fpga="7.1" app="2.2.4" kernel="4.4"/>'
            f'<screen width="{width_px}" height="{height_px}" rotation="0"/>',
            "GetProgram": "<screen>" + "".join(map(_write_program, self.programs)) + "</screen>",
            "GetCurrentPlayProgramGUID": f'<program guid="{current}"/>',
            "GetWifiInfo": _write_wifi(self.hotspot),
            "GetLuminancePloy": '<mode value="default"/>'
            f'<default value="{self.luminance_pct}"/><ploy/><sensor max="100" min="1" time="5"/>',
            "GetFiles": "<files>"
            + "".join(f'<file name="{n}" size="{len(c)}"/>' for n, c in self.files.items())
            + "</files>",
        }
        return values.get(method)

    def _add(self, request: ET.Element) -> tuple[str, str]:
        """Add programmes to the list, or replace those with their guid."""
        for program in request.iter("program"):
            guid, resources = program.get("guid", ""), program.find("area/resources")
            file = None if resources is None else resources.find("image/file")
            name = "" if file is None else file.get("name", "")
            if name not in self.files:
                return "kFileNotFound", ""
            others = [one for one in self.programs if one[0] != guid]
            self.programs = [*others, (guid, name)]
        return huidu_xml.SUCCESS, ""

    def _delete(self, request: ET.Element) -> tuple[str, str]:
        gone = {program.get("guid") for program in request.iter("program")}
        self.programs = [one for one in self.programs if one[0] not in gone]
        return huidu_xml.SUCCESS, ""

    def _delete_files(self, request: ET.Element) -> tuple[str, str]:
        for file in request.iter("file"):
            self.files.pop(file.get("name", ""), None)
        return huidu_xml.SUCCESS, ""

    def _dim(self, request: ET.Element) -> tuple[str, str]:
        value = request.find("default")
        self.luminance_pct = int(value.get("value", "100")) if value is not None else 100
        return huidu_xml.SUCCESS, ""

    def _switch(self, request: ET.Element) -> tuple[str, str]:
        self.is_open = request.get("method") == "OpenScreen"
        return huidu_xml.SUCCESS, ""

    def _set_time(self, request: ET.Element) -> tuple[str, str]:
        value = request.find("time")
        self.local_time = "" if value is None else value.get("value", "")
        return huidu_xml.SUCCESS, ""

    def _start_file(self, session: CardSession, body: bytes) -> Iterator[HuiduPacket]:
        md5, size, _, name = huidu.parse_file_start(body)
        session.upload = _FileUpload(md5, size, name)
        is_full = self.fault == "full"
        held = self.files.get(name, b"")
        is_held = hashlib.md5(held, usedforsecurity=False).hexdigest() == md5
        held_bytes = len(held) if is_held else len(self._parts.setdefault(md5, b""))
        yield huidu.build_file_start_answer(NO_SPACE if is_full else 0, held_bytes)

    def _take_file(self, session: CardSession, body: bytes) -> Iterator[HuiduPacket]:
        if session.upload is not None:
            self._parts[session.upload.md5] += body
            self.taken_bytes += len(body)
        yield from ()

    def _end_file(self, session: CardSession, body: bytes) -> Iterator[HuiduPacket]:
        del body
        upload, session.upload = session.upload, None
        status = PROCESS_ERROR if upload is None else self._keep(upload)
        yield HuiduPacket(huidu.FILE_END_ANSWER, status.to_bytes(2, "little"))

    def _keep(self, upload: _FileUpload) -> int:
        """Keep a file that is whole; the status."""
        content = self._parts.get(upload.md5, b"")
        if len(content) < upload.size:
            return 0  # the rest may come later
        del self._parts[upload.md5]
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != upload.md5:
            return BAD_CONTENT
        self.files[upload.name] = content
        return 0


def _error(code: int) -> HuiduPacket:
    return HuiduPacket(huidu.ERROR, code.to_bytes(2, "little"))


def _write_wifi(hotspot: tuple[str, str] | None) -> str:
    """As the maker's device HTTP API description has it."""
    ssid, password = hotspot or ("", "")
    is_on = "true" if hotspot else "false"
    return (
        f'<wifi valid="true"><enable value="{is_on}"/><mode value="ap"/>'
        f'<ap><ssid value="{ssid}"/><passwd value="{password}"/><channel value="5"/>'
        '<encryption value="WPA-PSK"/></ap><station><current index="0"/></station></wifi>'
    )


def _write_program(program: tuple[str, str]) -> str:
    """As cards write it: `resource`, not `resources`."""
    guid, file = program
    resource = f'<resource><image><file name="{file}"/></image></resource>'
    return f'<program guid="{guid}" type="normal"><area>{resource}</area></program>'


def _draw(size: tuple[int, int], colour: str) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()
