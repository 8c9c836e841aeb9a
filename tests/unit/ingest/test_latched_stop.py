"""What is stopped by two stays so: no stolen time key, no move and no new key lifts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from securesystemslib.signer import CryptoSigner

from agent.health.open_issues import Issues
from agent.overrides.silence_events import SilenceEvents
from agent.plan.silence import ActiveSilence, find_active_silence
from agent.state.mutes import Mutes
from agent.store.local_mute import LocalMute
from agent.trust.authority import Authority, Grade
from agent.trust.current_authority import SupersededAuthority
from agent.trust.tree import TreeAuthority, load_tree
from central.testbed.testbed import until
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.head_fixture import HOUR, STATION, WEEK
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import AT, playlist, seal, silence, station_config, utc_text

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PROVINCE = "vn.84"


class TreeStation:
    """A box in its place under a tree, and those who sign."""

    def __init__(self, folder: Path) -> None:
        self.tree = FakePublisher()
        self.box = HeadlessStation(folder, STATION, load_tree(self.tree.files()), AT)

    async def send(self, document: dict[str, Any]) -> str:
        """A document, signed by the present keys of its issuer."""
        return await self.send_signed(document, self.tree.signers(document["issuer"]))

    async def send_signed(self, document: dict[str, Any], signers: list[CryptoSigner]) -> str:
        """The same, signed by somebody."""
        return await self.box.receive(seal(document, *signers), document["kind"])

    def ordered(self, state: str, seq: int, **changes: Any) -> dict[str, Any]:
        """A silence of the province, written now, for two hours."""
        at = self.box.clock.now().at
        header = {
            "issued": utc_text(at),
            "not_before": utc_text(at),
            "expires": utc_text(at + 2 * HOUR),
        }
        return silence(state=state, seq=seq, doc_id=f"{seq:032x}", **header | changes)

    async def order(self, state: str, seq: int, **changes: Any) -> str:
        """The same, signed and sent."""
        return await self.send(self.ordered(state, seq, **changes))

    async def publish(self, *without: str) -> None:
        """Apply the present tree, except for role files that the box does not request."""
        files = self.tree.publish()
        roles = {name: raw for name, raw in files.roles.items() if name not in without}
        await self.follow(load_tree(replace(files, roles=roles)))

    async def follow(self, authority: Authority) -> None:
        """Another authority takes effect, also after a restart."""
        self.box.authority = self.box.in_force.current = authority
        await self.box.intake.restore()

    async def move(self) -> None:
        """A role that reaches both provinces moves the box from 84 to 86."""
        if "vn.86" not in self.tree.keys:
            paths = ["config/84/*/*", "config/86/*/*"]
            self.tree.delegate("vn.86", kinds=["station-config"], paths=paths, threshold=2,
                               ttl_s=400 * 86_400)  # fmt: skip
            await self.publish()
        moved = {"issuer": "vn.86", "place": f"86/29266/{STATION}", "doc_id": "86" * 16, "seq": 43}
        at = utc_text(self.box.clock.now().at)
        moved |= {"issued": at, "not_before": at}
        assert await self.send(station_config(**WEEK | moved)) == "accepted"
        assert str(self.box.intake.place) == f"86/29266/{STATION}"

    async def set_clock(self, at: Any) -> None:
        """Set the clock as a signed time does, whoever has the key."""
        assert self.box.clock.fix(at, self.box.hand(), "stolen").verdict == "taken"
        await self.box.intake.restore()

    @property
    def stop(self) -> ActiveSilence | None:
        """What keeps the box silent."""
        return find_active_silence(self.box.held, self.box.clock.now())


@pytest_asyncio.fixture
async def station(tmp_path: Path) -> AsyncIterator[TreeStation]:
    begun = TreeStation(tmp_path)
    await begun.box.start()
    assert await begun.send(station_config(**WEEK)) == "accepted"
    begun.box.pass_time(MINUTE)
    assert await begun.order("on", 1) == "accepted"
    assert begun.stop is not None
    yield begun
    await begun.box.stop()


@asynccontextmanager
async def told_by(station: TreeStation, issues: Issues) -> AsyncIterator[SilenceEvents]:
    """Running `SilenceEvents`."""
    box, journal = station.box, station.box.journal
    switch = LocalMute(box.store, box.clock, "a" * 32)
    silences = SilenceEvents(
        box.store,
        clock=box.clock,
        journal=journal,  # type: ignore[arg-type]  # a fake one
        set_issue=issues.set_issue,
        documents=box.documents,
        mutes=Mutes(box.documents, switch),
    )
    await silences.load()
    task = asyncio.create_task(silences.run(), name="silences")
    try:
        yield silences
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_stolen_time_key_lifts_no_stop_and_an_issue_reports_it(
    station: TreeStation,
) -> None:
    issues = Issues(lambda: "")

    def kinds() -> set[str]:
        return {one.kind for one in issues.all()}

    async with told_by(station, issues) as silences:
        await until(lambda: kinds() == {"silence_ordered"}, "the stop is told")
        await station.set_clock(AT + 390 * DAY)
        silences.changed()
        await until(lambda: "silence_overdue" in kinds(), "it is told that it is overdue")
        assert station.stop is not None
        station.box.pass_time(2 * HOUR)  # by the crystal, which no key moves
        silences.changed()
        await until(lambda: kinds() == set(), "both end")
    assert station.stop is None


async def test_a_newer_document_signed_by_people_ends_a_stop(station: TreeStation) -> None:
    await station.set_clock(AT + 3 * HOUR)
    assert station.stop is not None
    later = {"issued": utc_text(AT + 3 * HOUR), "not_before": utc_text(AT + 3 * HOUR)}
    assert await station.send(playlist(**later)) == "accepted"
    assert station.stop is None


async def test_a_stop_stays_in_force_when_the_box_is_moved(station: TreeStation) -> None:
    stopped = station.stop
    await station.move()
    assert station.box.kinds == ["silence", "station-config"]  # the stop, and its new config
    await station.box.stop()
    station.box.begins = station.box.clock.now().at
    await station.box.start()
    assert stopped is not None
    assert station.stop is not None
    assert station.stop.document == stopped.document
    elsewhere = {"to": ["84/99999/*"]}
    assert await station.order("off", 2, **elsewhere) == "E_STATION"
    assert await station.order("on", 2) == "E_STATION"  # nothing new for the old place
    assert station.stop is not None
    lifting = station.ordered("off", 2)
    assert await station.send(lifting) == "accepted"
    assert station.stop is None
    assert await station.send(lifting) == ""  # the very bytes again
    assert await station.order("on", 3) == "E_STATION"


async def test_a_box_that_loses_its_place_keeps_its_stop(station: TreeStation) -> None:
    station.tree.delegation(PROVINCE)["x-kinds"] = ["command", "silence"]
    await station.publish()
    assert station.box.intake.place is None
    assert station.stop is not None
    assert await station.order("off", 2) == "accepted"
    assert station.stop is None


async def test_new_keys_of_a_role_lift_nothing_by_themselves(station: TreeStation) -> None:
    former = station.tree.signers(PROVINCE)
    station.tree.keys[PROVINCE] = [
        former[0],
        station.tree.keys["vn.82"][0],
    ]  # one of two is replaced
    entry = station.tree.delegation(PROVINCE)
    present = {signer.public_key.keyid: signer for signer in station.tree.signers(PROVINCE)}
    entry["keyids"] = list(present)
    entry["x-holders"] = {keyid: f"new {n}" for n, keyid in enumerate(present)}
    station.tree.targets["delegations"]["keys"] |= {
        keyid: signer.public_key.to_dict() for keyid, signer in present.items()
    }
    await station.publish()
    assert station.stop is not None
    station.tree.rotate(PROVINCE)
    await station.publish()
    assert station.stop is not None
    assert "silence" not in [one.kind for one in station.box.results if one.result == "refused"]
    assert await station.send_signed(station.ordered("off", 2), former) == "E_ROLE"
    assert station.stop is not None
    assert await station.order("off", 2) == "accepted"
    assert station.stop is None


async def test_removing_the_role_ends_its_stop(station: TreeStation) -> None:
    station.tree.revoke(PROVINCE)
    await station.publish()
    assert station.stop is None
    assert ("silence", "E_ROLE") in [(one.kind, one.code) for one in station.box.results]


async def test_removing_the_right_to_silence_ends_the_stop(station: TreeStation) -> None:
    station.tree.delegation(PROVINCE)["x-kinds"] = ["station-config", "command"]
    await station.publish()
    assert station.stop is None
    assert ("silence", "E_SCOPE") in [(one.kind, one.code) for one in station.box.results]


async def test_after_a_move_a_role_in_a_missing_file_does_not_count_as_removed(
    station: TreeStation,
) -> None:
    role = "vn.84.stop"
    station.tree.delegate(role, kinds=["silence"], paths=["silence/84/*/*"], threshold=2)
    await station.publish()
    assert await station.order("on", 1, issuer=role) == "accepted"
    assert await station.order("off", 2) == "accepted"
    await station.move()
    await station.publish(PROVINCE)
    assert role not in station.box.in_force.roles
    assert station.stop is not None
    assert await station.order("off", 2, issuer=role) == "E_ROLE"  # the box does not know the role
    paths = station.tree.delegation(PROVINCE)["paths"]
    paths.remove("silence/84/*/*")  # what the province may not do, nobody below it may
    await station.publish(PROVINCE)
    assert station.stop is None


def _as_it_is(authority: TreeAuthority) -> Authority:
    return authority


def _superseded(authority: TreeAuthority) -> Authority:
    return SupersededAuthority(authority, 2)


@pytest.mark.parametrize(("days", "under"), [(31, _as_it_is), (0, _superseded)])
async def test_an_outdated_authority_accepts_only_the_lifting_of_a_stop(
    station: TreeStation, days: int, under: Any
) -> None:
    earlier = station.ordered("off", 0)
    late = utc_text(AT + 32 * DAY)
    assert await station.order("on", 2, slot="x", expires=late) == "accepted"
    assert await station.order("off", 3) == "accepted"
    station.box.pass_time(days * DAY)
    await station.follow(under(load_tree(station.tree.files())))
    now = station.box.clock.now()
    station.box.clock.fix(now.at, station.box.hand())
    assert station.box.in_force.grade(now) is Grade.EXPIRED
    assert station.stop is not None
    assert await station.order("on", 3, slot="x") == "E_STALE"
    assert await station.order("off", 1, slot="y") == "E_STALE"  # which stops nothing
    assert await station.send({**earlier, "slot": "x", "expires": late}) == "E_REPLAY"
    one_of_two = station.tree.signers(PROVINCE)[:1]
    assert (
        await station.send_signed(station.ordered("off", 3, slot="x"), one_of_two) == "E_THRESHOLD"
    )
    assert station.stop is not None
    assert await station.order("off", 3, slot="x") == "accepted"
    assert station.stop is None


async def test_a_limit_that_the_box_does_not_know_ends_no_stop_and_lifts_none(
    station: TreeStation,
) -> None:
    """In doubt loudspeakers stay silent; an upgrade or the end of the stop lifts it."""
    assert await station.order("off", 2) == "accepted"
    station.tree.delegate("vn.84.im", kinds=["silence"], paths=["silence/84/*/*"], threshold=2)
    await station.publish()
    assert await station.order("on", 3, issuer="vn.84.im") == "accepted"
    station.tree.delegation("vn.84.im").update({"x-days": [1], "x-crit": ["x-days"]})
    await station.publish()
    assert station.stop is not None
    assert await station.order("off", 4, issuer="vn.84.im") == "E_UNSUPPORTED"
    assert station.stop is not None
    del station.tree.delegation("vn.84.im")["x-crit"]
    await station.publish()
    assert await station.order("off", 5, issuer="vn.84.im") == "accepted"
    assert station.stop is None
