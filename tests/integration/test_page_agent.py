"""The page of a real agent with a real board process: what it shows, and what a PIN opens."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sqlite3
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio
from PIL import Image

from central.authority.demo_authority import make_demo_authority
from central.testbed.certificates import make_demo_ca
from central.testbed.stations import Station
from central.testbed.testbed import until
from tests.harness.page_client import Phone, free_port, is_listening

NAME = "tv-cl-0021"
PIN = "271828"


@dataclass
class Box:
    folder: Path
    station: Station
    settings: Path
    phone: Phone

    def records(self, kind: str) -> list[dict[str, Any]]:
        """The box's journal, read past all product code."""
        path = self.folder / "state" / "state.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            rows = connection.execute("SELECT bytes FROM journal ORDER BY seq").fetchall()
        records = [json.loads(row[0]) for row in rows]
        return [record["detail"] for record in records if record["kind"] == kind]

    def face(self, name: str) -> Image.Image | None:
        path = self.folder / "board" / f"{name}-latest.png"
        return Image.open(path).convert("RGB") if path.exists() else None


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    authority = make_demo_authority(tmp_path / "authority")
    ca = make_demo_ca(tmp_path / "ca")
    identity = ca.issue_device(NAME)
    port, nobody = free_port(), free_port()
    settings = tmp_path / "station.yaml"
    settings.write_text(
        f"station: {NAME}\n"
        f"broker: {{host: 127.0.0.1, port: {nobody}, ca: {ca.ca}, cert: {identity.cert},"
        f" key: {identity.key}}}\n"
        f"root: {authority.root}\n"
        f"state: {tmp_path}/state\n"
        f'page: {{listen: "127.0.0.1:{port}", pin: "{PIN}"}}\n'
        "outputs:\n"
        "  - name: bang-tin\n"
        f"    board: {{profile: png, path: {tmp_path}/board}}\n"
        "    faces:\n"
        "      - {name: mat-truoc, width_px: 256, height_px: 128}\n"
        "      - {name: mat-sau, width_px: 256, height_px: 128}\n"
    )
    box = Box(tmp_path, Station(NAME, settings, {}), settings, Phone(port))
    await box.station.start()
    try:
        await until(lambda: is_listening(port), f"the page: {box.station.log_tail()}")
        await until(lambda: box.face("mat-sau") is not None, "the board")
        yield box
    finally:
        await box.station.stop()


def is_black(picture: Image.Image | None) -> bool:
    return picture is not None and picture.getbbox() is None


def is_lit(box: Box, name: str) -> Callable[[], bool]:
    return lambda: box.face(name) is not None and not is_black(box.face(name))


async def test_a_technician_sees_the_box_tries_a_face_silences_it_and_all_is_in_the_journal(
    box: Box,
) -> None:
    page = await box.phone.get()
    assert "CHỜ GIỜ" in page  # no broker, no clock
    assert "KHÔNG tin được" in page
    assert NAME in page
    assert 'value="tone"' not in page  # no buttons without the PIN
    assert await box.phone.post("/enter", pin="111111") == 403
    assert await box.phone.post("/enter", pin=PIN) == 303
    assert await box.phone.run("label", "mat-truoc") == 303
    await until(is_lit(box, "mat-truoc"), "the label")
    assert is_black(box.face("mat-sau"))
    page = await box.phone.get()
    picture = re.search(r'src="(/face/mat-truoc\.png\?v=[0-9a-f]{16})"', page)
    assert picture is not None
    _, png, headers = await asyncio.to_thread(box.phone.ask, "GET", picture[1])
    assert png.startswith(b"\x89PNG")
    assert headers["Content-Type"] == "image/png"
    assert await box.phone.run("tone", "mat-truoc") == 303  # there is no such loudspeaker
    assert "Trạm này không có mat-truoc." in await box.phone.get()
    status, archive, _ = await asyncio.to_thread(
        box.phone.ask, "POST", "/do", {"operation": "bundle", "csrf": await box.phone.token()}
    )
    assert status == 200
    with tarfile.open(fileobj=io.BytesIO(archive)) as bundle:
        texts = [file.read() for one in bundle if (file := bundle.extractfile(one)) is not None]
    assert len(texts) > 5
    assert not any(PIN.encode() in text for text in texts)
    assert await box.phone.run("silence-on") == 303
    assert "TẠM DỪNG" in await box.phone.get()
    used = [
        (one["do"], one["subject"], one["result"], one["code"]) for one in box.records("command")
    ]
    assert used == [
        ("wrong-pin", "", "refused", None),
        ("enter", "", "done", None),
        ("label", "mat-truoc", "done", None),
        ("tone", "mat-truoc", "refused", "E_UNKNOWN"),
        ("bundle", "", "done", None),
        ("silence-on", "", "done", None),
    ]
    assert [one["state"] for one in box.records("silence")] == ["on"]
    # the switch survives the power
    await box.station.stop()
    await box.station.start()
    await until(lambda: is_listening(box.phone.port), "the page again")
    assert "TẠM DỪNG" in await box.phone.get()


async def test_settings_read_again_are_judged_and_take_effect_only_when_good(box: Box) -> None:
    assert await box.phone.post("/enter", pin=PIN) == 303
    good = box.settings.read_text()
    box.settings.write_text(good.replace("width_px: 256", "width_px: many", 1))
    assert await box.phone.run("reload") == 303
    page = await box.phone.get()
    assert "station.yaml:10:" in page
    assert "width_px" in page
    box.settings.write_text(good.replace("name: mat-sau", "name: mat-moi"))
    assert await box.phone.run("reload") == 303
    await until(lambda: box.face("mat-moi") is not None, f"the new face: {box.station.log_tail()}")
    await until(lambda: is_listening(box.phone.port), "the page again")
    assert "mat-moi" in await box.phone.get()
    assert [one["faults"] for one in box.records("config")] == [1, 0]
