"""Districts end and provinces merge while a station plays: nobody travels, nothing is installed.

2020: ministry → Trà Vinh (84) → district 844 → commune 29266. 2025: no districts, and Trà Vinh is
part of Vĩnh Long (86). Each step is a ceremony published by the centre; the running station is led
from one tree to the other by signed words alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent.contract.document import StationConfig
from central.authority import authority_store
from central.authority.ceremony import edits
from central.authority.ceremony.edits import RoleSpec
from central.authority.ceremony.holder_key import Holder
from central.authority.ceremony.tree_draft import TreeDraft, open_draft
from central.authority.ceremony.tree_publication import OnlineKeys, publish
from central.authority.ceremony.workspace import Workspace
from central.authority.signing_key import load_signer, make_key
from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import encode_document
from central.testbed.sample_documents import station_config
from central.testbed.testbed import until
from tests.harness.melody import make_melody
from tests.harness.station_harness import soon

CLASSES = ("routine", "priority", "emergency", "config", "command", "silence", "authority")
DAY_S = 86_400


def all_of(*provinces: str) -> tuple[str, ...]:
    return tuple(f"{class_}/{one}/*/*" for one in provinces for class_ in CLASSES)


class Office:
    """Everybody's keys in one place, and the centre's database: a ceremony is one call."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.authority = site.testbed.authority
        self.folder = Workspace(self.authority.ceremony)
        self.keys: dict[str, tuple[Path, ...]] = dict(self.authority.keys)
        self.seq = 0

    def holders(self, role: str, *names: str) -> tuple[Holder, ...]:
        """New people with new keys for a role."""
        keys = self.site.folder / "keys"
        keys.mkdir(exist_ok=True)
        self.keys[role] = tuple(keys / f"{role}.{n}.pem" for n in range(len(names)))
        return tuple(
            Holder(name, make_key(path)) for name, path in zip(names, self.keys[role], strict=True)
        )

    def signers(self, role: str) -> list[Any]:
        return [load_signer(path) for path in self.keys[role]]

    def publish(self, *steps: Callable[[TreeDraft], None]) -> None:
        """Draft, sign with every key that must, and hand to the running collector."""
        at = datetime.now(UTC).replace(microsecond=0)
        draft = open_draft(self.folder, at)
        for step in steps:
            step(draft)
            draft.update_files()
        for role, file in draft.changed.items():
            for signer in self.signers(role):
                file.sign(signer, append=True)
        database = self.site.testbed.database
        online = OnlineKeys(self.signers("snapshot")[0], self.signers("timestamp")[0])
        publish(self.folder, draft, online, at, authority_store.timestamp(database))
        authority_store.put(database, self.authority.files())

    async def play(self, issuer: str, place: str) -> None:
        """A melody that began a moment ago, signed by a commune's role."""
        self.seq += 1
        at = soon(2) + timedelta(hours=7)
        schedule = self.site.studio / f"{issuer}.yaml"
        schedule.write_text(
            f'slot: tuan\nto: ["{place}/*"]\nfrom: {at.date() - timedelta(days=1)}\n'
            f"until: {at.date() + timedelta(days=2)}\nitems:\n"
            f'  - {{at: "{at:%H:%M:%S}", title: {issuer}, play: [nhac.opus], repeat: 12,'
            " when_cut: rejoin}\n"
        )
        payload = await asyncio.to_thread(
            compile_schedule, schedule, issuer=issuer, seq=self.seq, epoch=1,
            now=datetime.now(UTC), media_dir=self.site.folder / "media",
            media_base_url=self.site.testbed.media.base_url,
        )  # fmt: skip
        signed = self.sign(payload, "playlist", issuer)
        await self.site.testbed.publish(signed)
        await until(lambda: self.sounding() == issuer, f"the melody of {issuer}")

    def sign(self, payload: bytes, kind: str, role: str) -> bytes:
        from central.documents.sign import sign_document

        return sign_document(payload, kind, self.signers(role))

    def sounding(self) -> str | None:
        play = self.site.open_play()
        return None if play is None else str(play["title"])

    def heard(self) -> dict[str, Any]:
        """The station's last hello."""
        return self.site.testbed.database.hello(self.site.name) or {}

    async def known(self, role: str, *, is_there: bool) -> None:
        """Until the station says that it follows the published tree, with or without a file."""
        targets = self.folder.published().files["targets"].signed.version
        await until(
            lambda: (
                (self.heard()["authority"].get("targets") == targets)
                and ((role in self.heard()["authority"]) == is_there)
            ),
            f"{role} {'known' if is_there else 'forgotten'}: {self.heard()}",
        )


async def test_the_2020_tree_becomes_the_2025_tree_under_a_station_that_plays(site: Any) -> None:
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    office = Office(site)
    routine = ("routine/84/29266/*",)

    office.publish(
        lambda draft: edits.delegate(
            draft, "vn.84.844",
            RoleSpec(kinds=(), paths=(*routine, "authority/84/29266/*"), max_ttl_s=45 * DAY_S,
                 threshold=1, holders=office.holders("vn.84.844", "Huyện Càng Long")),
        ),
        lambda draft: edits.delegate(
            draft, "vn.84.844.29266",
            RoleSpec(kinds=("playlist",), paths=routine, max_ttl_s=45 * DAY_S, threshold=1,
                 holders=office.holders("vn.84.844.29266", "Cán bộ xã")),
        ),
    )  # fmt: skip
    await office.known("vn.84.844", is_there=True)
    await office.play("vn.84.844.29266", "84/29266")

    # The district ends: what was signed through it stops within one refresh, the commune goes on.
    office.publish(lambda draft: edits.remove_role(draft, "vn.84.844"))
    await until(lambda: office.sounding() is None, "the district's word is over")
    await office.known("vn.84.844", is_there=False)
    await office.play("vn.84.29266", "84/29266")

    # Vĩnh Long comes with the codes of both, and leads the station from one to the other.
    office.publish(
        lambda draft: edits.delegate(
            draft, "vn.86",
            RoleSpec(kinds=("station-config",), paths=all_of("86", "84"), max_ttl_s=400 * DAY_S,
                 threshold=2, holders=office.holders("vn.86", "Vĩnh Long 1", "Vĩnh Long 2")),
        ),
        lambda draft: edits.delegate(
            draft, "vn.86.29266",
            RoleSpec(kinds=("playlist",), paths=("routine/86/29266/*",), max_ttl_s=45 * DAY_S,
                 threshold=1, holders=office.holders("vn.86.29266", "Cán bộ xã, khoá mới")),
        ),
    )  # fmt: skip
    await office.known("vn.86", is_there=True)
    assert office.sounding() == "vn.84.29266"  # nobody noticed
    old = station_config(site.name, datetime.now(UTC), site.testbed.media.address, seq=2)
    config = msgspec.json.decode(old, type=StationConfig)
    moved = msgspec.structs.replace(
        config, issuer="vn.86", place=f"86/29266/{site.name}", doc_id="86" * 16
    )
    await site.testbed.publish(
        office.sign(encode_document(moved), "station-config", "vn.86"), station=site.name
    )
    await until(lambda: office.sounding() is None, "another place, another programme")
    await office.play("vn.86.29266", "86/29266")

    # Trà Vinh's own role ends, and Vĩnh Long lets go of the old code.
    office.publish(
        lambda draft: edits.remove_role(draft, "vn.84"),
        lambda draft: edits.delegate(draft, "vn.86", RoleSpec(paths=all_of("86"))),
    )
    await office.known("vn.84", is_there=False)
    await asyncio.sleep(2)
    assert office.sounding() == "vn.86.29266"
    assert office.heard()["place"] == f"86/29266/{site.name}"

    await site.station.stop()
    await site.station.start()  # and after a power cut it still knows whom to obey
    await until(lambda: office.sounding() == "vn.86.29266", "the melody after a restart")
    await site.until_collected()
    ended = [(p["issuer"], p["result"], p["reason"]) for p in site.collected_plays()]
    assert ended[:2] == [
        ("vn.84.844.29266", "cut", "withdrawn"),
        ("vn.84.29266", "cut", "withdrawn"),
    ]
    assert {issuer for issuer, *_ in ended[2:]} == {"vn.86.29266"}
