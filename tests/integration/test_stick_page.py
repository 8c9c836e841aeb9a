"""A phone at a box without a link: files in by a form, the journal out, behind the PIN."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from agent.page.pin_auth import PinAuth
from agent.page.routes import STICK, StationPage
from agent.page.server import PageServer
from central.collector.report_handler import ReportHandler
from central.stick.bring_home import bring_home_file
from tests.fakes.page_fixture import FakeBox
from tests.harness.page_client import Phone
from tests.harness.stick_story import BEGIN, DAY, STATION, StickBox, StickCentre, move_centre

PIN = "271828"


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickCentre]:
    move_centre(monkeypatch)
    one = StickCentre(tmp_path)
    one.at = BEGIN
    yield one
    one.database.close()


@pytest.fixture
def usb(centre: StickCentre, tmp_path: Path) -> Path:
    stick = tmp_path / "usb"
    stick.mkdir()
    centre.place()
    centre.playlist(b"sound")
    centre.export(stick)
    return stick / "tramtin"


@pytest.fixture
def box(centre: StickCentre, tmp_path: Path) -> StickBox:
    folder = tmp_path / "box"
    folder.mkdir()
    return StickBox(folder, centre.authority.root.read_bytes(), centre.device.key, BEGIN + DAY)


@asynccontextmanager
async def page_of(box: StickBox) -> AsyncIterator[Phone]:
    shown = FakeBox()
    page = StationPage(STATION, shown, shown.operations, PinAuth(PIN), ["127.0.0.1"], box.server)
    server = PageServer([("127.0.0.1", 0)], page.answer, lambda *_: None, (STICK,))
    task = asyncio.create_task(server.run(), name="page")
    while not server.bound:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0)
    yield Phone(server.bound[0][1])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def build_form(*files: Path) -> bytes:
    parts = [
        b'--b0undary\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n'
        % (one.name.encode(), one.read_bytes())
        for one in files
    ]
    return b"".join(parts) + b"--b0undary--\r\n"


def send(phone: Phone, csrf: str, body: bytes, **headers: str) -> tuple[int, str]:
    sent = {
        "Content-Type": "multipart/form-data; boundary=b0undary",
        "Cookie": "; ".join(f"{k}={v}" for k, v in phone.cookies.items()), **headers,
    }  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", phone.port, timeout=30)
    with closing(connection):
        connection.request("POST", f"/stick?csrf={csrf}", body, sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


async def test_a_phone_brings_documents_and_media_and_takes_the_journal(
    centre: StickCentre, box: StickBox, usb: Path, tmp_path: Path
) -> None:
    async with box.running(), page_of(box) as phone:
        assert "/stick" not in await phone.get()
        await phone.post("/enter", pin=PIN)
        csrf = await phone.token()
        assert 'enctype="multipart/form-data"' in await phone.get("/stick")
        form = await asyncio.to_thread(
            build_form, usb / "stations" / f"{STATION}.jsonl", *list_media(usb)
        )
        status, said = await asyncio.to_thread(send, phone, csrf, form)
        assert status == 200
        assert "Đã nhận 2 văn bản mới, 0 văn bản đã có từ trước, 1 tệp" in said
        assert box.holds == ["head head", "playlist tuan", "station-config chinh"]
        assert box.has(b"sound")
        shown = await phone.get("/stick")
        assert "2 văn bản mới, 0 đã có, 0 bị từ chối; 1 tệp mới, còn thiếu 0" in shown
        _, journal, head = await asyncio.to_thread(phone.ask, "GET", "/stick/journal")
        assert f"{STATION}.up.jsonl" in str(head["Content-Disposition"])
        own = list(await box.own_rows())
        records = [one["detail"] for one in own if one["kind"] == "command"]
        assert [(one["by"], one["from"]) for one in records] == [("page", "127.0.0.1")]
    file = tmp_path / "journal.jsonl"
    write(file, journal)
    handler = ReportHandler(centre.database, centre.signers("time", "receipt"))
    brought = bring_home_file(centre.database, handler, file)
    assert [(one.station, one.records, one.refused) for one in brought] == [(STATION, len(own), [])]
    assert centre.rows() == own


async def test_without_the_pin_or_its_token_nothing_is_taken(box: StickBox, usb: Path) -> None:
    async with box.running(), page_of(box) as phone:
        form = await asyncio.to_thread(build_form, usb / "stations" / f"{STATION}.jsonl")
        assert (await asyncio.to_thread(send, phone, "x", form))[0] == 403
        status, _, _ = await asyncio.to_thread(phone.ask, "GET", "/stick/journal")
        assert status == 200  # the form for the PIN
        await phone.post("/enter", pin=PIN)
        assert (await asyncio.to_thread(send, phone, "x", form))[0] == 403
        csrf = await phone.token()
        other: dict[str, Any] = {"Origin": "http://evil.example"}
        assert (await asyncio.to_thread(lambda: send(phone, csrf, form, **other)))[0] == 403
        assert box.holds == []


async def test_a_form_that_breaks_off_has_brought_what_was_whole(box: StickBox, usb: Path) -> None:
    async with box.running(), page_of(box) as phone:
        await phone.post("/enter", pin=PIN)
        csrf = await phone.token()
        form = await asyncio.to_thread(build_form, usb / "stations" / f"{STATION}.jsonl")
        length = {"Content-Length": str(len(form))}
        with pytest.raises(OSError, match=r"."):
            await asyncio.to_thread(lambda: cut(phone, csrf, form[:-400], length))
        async with box.server.turn:
            assert "station-config chinh" in box.holds
        assert (await asyncio.to_thread(send, phone, csrf, form))[0] == 200
        assert "playlist tuan" in box.holds


def cut(phone: Phone, csrf: str, body: bytes, headers: dict[str, str]) -> None:
    """The phone goes out of reach in the middle of its form."""
    lines = {
        "Host": "127.0.0.1", "Content-Type": "multipart/form-data; boundary=b0undary",
        "Cookie": "; ".join(f"{k}={v}" for k, v in phone.cookies.items()), **headers,
    }  # fmt: skip
    head = f"POST /stick?csrf={csrf} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in lines.items()
    )
    with socket.create_connection(("127.0.0.1", phone.port), timeout=30) as connection:
        connection.sendall(head.encode() + b"\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    raise ConnectionError("out of reach")


def list_media(usb: Path) -> list[Path]:
    return list((usb / "media").iterdir())


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)
