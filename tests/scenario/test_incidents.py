"""Three things that happened, told once more with a real box: this time nothing is heard or seen.

2016 to 2020 radio links were taken over. In 2023 notice boards showed betting slogans through
default passwords. On 5 December 2025 a relay hour that was set wrongly woke a commune at 03:15.
Each story ends with silence (by the capture) or an unchanged picture (by its pixels), a refusal
with its code in the journal, and the report of it at the centre.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from PIL import Image

from agent.contract.document import Playlist
from agent.contract.envelope import encode_envelope, pae
from agent.contract.station_policy import StationPolicy
from agent.contract.topic import build_group_topic, build_station_topic
from agent.evidence.device_key import load_device_key
from central.__main__ import main
from central.authority.signing_key import load_signer, make_key
from central.documents.media import store_medium
from central.documents.sign import encode_document, new_doc_id, read_document, sign_document
from central.store.records import list_commands, list_refusals
from central.testbed.sample_documents import emergency, station_config
from central.testbed.stations import BOARD_STATION, GROUP, PAGE_PIN, SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import AudioAnalysis
from tests.harness.hostile_radio import run_radio, say
from tests.harness.live_documents import Studio
from tests.harness.melody import make_melody
from tests.harness.page_client import Phone, free_port
from tests.harness.station_harness import LOCAL, StationTestbed, moment, soon

SLOGAN = "NHÀ CÁI SỐ 1, NẠP 100 TẶNG 100"
FOREIGN = "https://dai-la.example/vov1"
PLAYLIST = "application/vnd.tramtin.playlist.v1+json"
AT_NIGHT = "lãnh đạo huyện yêu cầu, công văn 12"


@dataclass
class Incident:
    """A station of the testbed, what its refusals are, and what an attacker has of the broker."""

    site: StationTestbed
    seq: int = 1

    def refusals(self, code: str) -> list[dict[str, Any]]:
        """What the centre has of the station's refusals."""
        rows = list_refusals(self.site.testbed.database)
        return [one for one in rows if (one["station"], one["code"]) == (self.site.name, code)]

    async def until_refused(self, code: str, at_least: int = 1) -> None:
        """Wait until so many refusals with this code are at the centre."""

        def count() -> int:
            return sum(int(one.get("count", 1)) for one in self.refusals(code))

        await until(lambda: count() >= at_least, f"{code}: {self.site.station.log_tail()}")

    async def until_item_refused(self, code: str, envelope: bytes) -> dict[str, Any]:
        """Wait until the refusal of an item of this document is at the centre."""
        doc_id = read_document(envelope).doc_id

        def find() -> list[dict[str, Any]]:
            return [one for one in self.refusals(code) if one.get("doc_id") == doc_id]

        await until(lambda: find() != [], f"{code}: {self.site.station.log_tail()}")
        return find()[0]

    async def inject(self, envelope: bytes, *, slot: str, kind: str = "playlist") -> None:
        """Send to the station as whoever owns the broker does."""
        topic = build_station_topic(self.site.name, kind, slot)
        await self.site.testbed.collector.send(topic, envelope, retain=False)

    async def allow(self, **policy: Any) -> None:
        """Sign a station-config with this policy; the station holds it then."""
        testbed, name = self.site.testbed, self.site.name
        media = testbed.media.address
        policy.setdefault("quiet_hours", [])
        self.seq += 1
        payload = station_config(
            name, datetime.now(UTC), media, self.seq, StationPolicy(media_hosts=[media], **policy)
        )
        envelope = testbed.sign(payload, "station-config", "vn.84")
        await testbed.publish(envelope, station=name)
        doc_id = read_document(envelope).doc_id
        await until(lambda: self._has_taken(doc_id), "the station-config")

    def _has_taken(self, doc_id: str) -> bool:
        from central.store.station_reports import list_results

        rows = list_results(self.site.testbed.database)
        return any((row["doc_id"], row["result"]) == (doc_id, "accepted") for row in rows)

    def plays(self, title: str) -> list[dict[str, Any]]:
        return [one for one in self.site.collected_plays() if one["title"] == title]

    async def hear_until(self, capture: Any, at: datetime) -> AudioAnalysis:
        await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
        return AudioAnalysis(await self.site.testbed.room.finish(capture))


async def order(*words: object) -> tuple[int, str]:
    """A command of the centre, as an officer types it."""
    given = [str(word) for word in words]
    result = await asyncio.to_thread(CliRunner().invoke, main, given)
    return result.exit_code, result.stderr + result.stdout


async def ask_box(site: StationTestbed, *words: str) -> str:
    """A command at the box, as a technician types it."""
    file = str(site.folder / site.name / "station.yaml")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent", words[0], file, *words[1:],
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "LANG": "vi_VN.UTF-8"},
    )  # fmt: skip
    output, _ = await process.communicate()
    return output.decode()


def forge(playlist: Playlist, seq: int) -> bytes:
    """The same items in a document of one's own."""
    return encode_document(msgspec.structs.replace(playlist, doc_id=new_doc_id(), seq=seq))


@pytest.mark.long  # twenty seconds of real time: what is not heard has to have its times first
async def test_a_taken_over_broker_and_a_foreign_radio_are_not_heard(site: Any) -> None:
    story = Incident(site)
    make_melody(site.studio / "nhac.opus", 2_000)
    await site.place()
    async with run_radio(
        site.testbed.ca, say(b"HTTP/1.1 302 Found\r\nlocation: " + FOREIGN.encode() + b"\r\n\r\n")
    ) as radio:
        await story.allow(relay_hosts=[f"localhost:{radio.port}"])
        await site.stock("title: Ca nhạc, play: [nhac.opus]")
        at, rightful_at = soon(7), soon(12)

        # The intruder has the broker, the station's media and a key of his own. First nobody's
        # signature, then his own; then a voice of his own, in segments signed by a grant of his.
        own = site.compile([(at, "title: Giả, play: [nhac.opus]")], slot="gia")
        playlist = read_document(own)
        assert isinstance(playlist, Playlist)
        await story.inject(sign_document(forge(playlist, 900), "playlist", []), slot="gia")
        stranger = site.folder / "nguoi-la.pem"
        make_key(stranger)
        signer = load_signer(stranger)
        await story.inject(sign_document(forge(playlist, 901), "playlist", [signer]), slot="gia")
        studio = Studio()
        grant = json.dumps(studio.grant()).encode()
        await story.inject(sign_document(grant, "stream-grant", [signer]), slot="live",
                           kind="stream-grant")  # fmt: skip
        for _ in range(10):
            topic = build_group_topic(GROUP, "live", studio.stream_id)
            await site.testbed.collector.send(topic, studio.segment(), retain=False)

        # The officer's own file was changed: a radio that nobody signed for, and one that the
        # station may relay but that was taken over and sends its listeners elsewhere.
        lines = [
            (at, f'title: Đài lạ, relay: "{FOREIGN}", for: 3s'),
            (at, f'title: Đài bị chiếm, relay: "{radio.url}", for: 3s'),
            (rightful_at, "title: Ca nhạc, play: [nhac.opus]"),
        ]
        capture = await site.testbed.room.capture(SINK, site.folder)
        changed = site.compile(lines, slot="tuan-nay")
        await site.publish(changed)
        await until(lambda: story.plays("Ca nhạc") != [], site.station.log_tail())
        sound = await story.hear_until(capture, datetime.now(UTC))
        assert len(radio.requests) >= 1

    (song,) = story.plays("Ca nhạc")
    error = timedelta(seconds=site.clock_error_s())
    sound.assert_heard(moment(song["start"]) + error, moment(song["end"]) - error)
    assert sound.loud_share(sound.at, moment(song["start"]) - error) == 0, sound.describe_sounds()
    await story.until_refused("E_ROLE", 2)
    relay = await story.until_item_refused("E_POLICY", changed)
    assert (relay["kind"], relay["hint"]) == ("entry", "relay_hosts dai-la.example")
    (taken,) = story.plays("Đài bị chiếm")
    assert taken["relayed"]["radio_ms"] == 0
    assert f"E_URL: {FOREIGN}: not a host that the station-config names" in taken["reason"]
    shown = (await order("show", "refusals", "--db", site.folder / "central.db"))[1]
    assert "E_ROLE" in shown


@asynccontextmanager
async def unchanged(face: Path) -> AsyncIterator[None]:
    """The picture on a face is the same before and after, pixel by pixel, and all the while."""
    before = await asyncio.to_thread(read_face, face)
    yield
    assert await asyncio.to_thread(read_face, face) == before


def read_face(face: Path) -> tuple[bytes, set[Path]]:
    """Its pixels, and the files that each change of a face leaves."""
    with Image.open(face) as picture:
        changes = set(face.parent.glob(face.name.replace("latest", "*")))
        return picture.convert("RGB").tobytes(), changes


async def until_drawn(face: Path) -> None:
    """Wait until a face is not black any more."""
    async with asyncio.timeout(60):
        while not any((await asyncio.to_thread(read_face, face))[0]):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.1)


async def test_a_default_password_and_a_stolen_one_change_nothing_on_a_board(site: Any) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    story, port = Incident(site), free_port()
    site.station.name_page(port)
    face = site.folder / site.name / "board" / "mat-truoc-latest.png"
    try:
        await site.place()
        line = 'title: Nước sạch, show: {text: "Nước sạch cho mọi nhà"}, for: 5m'
        await site.publish(site.compile([(soon(1), line)]))
        await until(lambda: site.open_play() is not None and face.exists(), "the picture")
        await until_drawn(face)
        async with unchanged(face):
            # Whoever knows the usual passwords gets no further than the page's first question.
            phone = Phone(port)
            for pin in ("123456", "000000", "888888"):
                assert await phone.post("/enter", pin=pin) == 403
            # Whoever has found the PIN in the box's door finds nothing there that shows words.
            thief = Phone(port)
            assert await thief.post("/enter", pin=PAGE_PIN) == 303
            for path in ("/do", "/show", "/api/text"):
                form = {"operation": "show", "text": SLOGAN, "where": "mat-truoc"}
                assert await thief.post(path, **form, csrf=await thief.token()) >= 400
            # Whoever has stolen the device's own key signs a slogan with it, and owns the broker.
            slogan = site.compile([(soon(1), f'title: Số 1, show: {{text: "{SLOGAN}"}}, for: 5m')])
            playlist = read_document(slogan)
            assert isinstance(playlist, Playlist)
            payload = forge(playlist, 2_000_000_000_000)
            known = len(story.refusals("E_ROLE"))
            stolen = await asyncio.to_thread(load_device_key, find_device_key(site))
            await story.inject(_sign_as_device(stolen, payload), slot="tuan")
            await story.until_refused("E_ROLE", known + 1)
            refusal = story.refusals("E_ROLE")[-1]
            await asyncio.sleep(1.5)  # the slogan's time has come
        assert refusal["kind"] == "playlist"
        assert site.open_play()["title"] == "Nước sạch"

        def wrong_pins() -> int:
            uses = list_commands(testbed.database)
            return sum(one.get("do") == "wrong-pin" for one in uses)

        await until(lambda: wrong_pins() >= 1, "the wrong PINs at the centre")
    finally:
        await site.station.stop()


def find_device_key(site: StationTestbed) -> Path:
    """The file that the station's settings name: what a thief finds on its card."""
    settings = (site.folder / site.name / "station.yaml").read_text()
    return Path(settings.partition("key: ")[2].partition(",")[0])


def _sign_as_device(key: Any, payload: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    signature = key.private.sign(pae(PLAYLIST, payload), ECDSA(SHA256()))
    return encode_envelope(PLAYLIST, payload, [(key.keyid, signature)])


def night() -> str:
    """Quiet hours about this moment: the night of the story is where the test runs."""
    here = datetime.now(UTC) + LOCAL
    return f"{here - timedelta(hours=2):%H:%M}-{here + timedelta(hours=2):%H:%M}"


async def test_a_quarter_past_three_wakes_nobody(site: Any) -> None:
    story, database = Incident(site), site.folder / "central.db"
    make_melody(site.studio / "nhac.opus", 2_000)
    voice = make_melody(site.studio / "khan-cap.wav", 2_000)
    await site.place()
    await story.allow(quiet_hours=["21:00-05:00"], relay_hosts=["vov.example.vn"])

    # The officer has typed 03:15 for 15:15.
    relay = 'title: Tiếp âm, relay: "https://vov.example.vn/vov1", for: 30m'
    tomorrow = datetime.now(UTC).replace(hour=20, minute=15, second=0) + timedelta(days=1)
    file = site.folder / "tuan.signed"
    file.write_bytes(site.compile([(tomorrow, relay)]))
    words = ("publish", file, "--db", database, "--group", GROUP)
    code, output = await order(*words)
    assert code == 1
    assert "trong giờ yên lặng 21:00-05:00" in output
    assert "03:15–03:45" in output

    # It is this night. Somebody insists, with a reason; the station is not moved by reasons.
    quiet = night()
    await story.allow(quiet_hours=[quiet])
    await site.stock("title: Ca nhạc, play: [nhac.opus]")
    at = soon(2)
    at_night = site.compile([(at, "title: Tiếp âm, play: [nhac.opus], repeat: 150")])
    file.write_bytes(at_night)
    assert (await order(*words))[0] == 1
    capture = await site.testbed.room.capture(SINK, site.folder)
    code, output = await order(*words, "--despite", AT_NIGHT)
    assert code in (0, 75), output  # 75: a busy collector has not said for a while that it runs
    refusal = await story.until_item_refused("E_HOURS", at_night)
    assert (refusal["kind"], refusal["hint"]) == ("entry", f"quiet_hours {quiet}")
    rehearsed = await ask_box(site, "rehearse", "--days", "2", "--lang", "vi")
    assert f"TỪ CHỐI     Tiếp âm: trong giờ yên lặng {quiet} (E_HOURS)" in rehearsed

    def why() -> dict[str, Any]:
        health = site.testbed.database.health().get(site.name, {})
        return dict(health.get("why", {}).get("loa", {}))

    await until(lambda: "refused" in why(), "why it is silent, at the centre")
    shown = (await order("show", "on-air", "--db", database))[1]

    # Only an emergency passes; so the capture would have heard the other as well.
    medium = store_medium(voice, site.folder / "media", site.testbed.media.base_url)
    alarm_at = datetime.now(UTC)
    alarm = site.testbed.sign(emergency(alarm_at, medium), "emergency", "vn.84.em")
    await site.testbed.publish(alarm)
    await until(lambda: site.open_play() is not None, "the emergency")
    started = moment(site.open_play()["start"])
    sound = await story.hear_until(capture, started + timedelta(seconds=3))
    assert sound.loud_share(sound.at, alarm_at) == 0, sound.describe_sounds()
    assert sound.loud_share(alarm_at, started + timedelta(seconds=3)) > 0
    assert "KHÔNG PHÁT" in shown
    documents = " ".join((await order("show", "documents", "--db", database))[1].split())
    assert AT_NIGHT.partition(",")[0] in documents
