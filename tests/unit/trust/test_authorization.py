"""Every link of a chain narrows; the age of the authority; held documents verified again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from agent.clock import Now
from agent.contract.ids import Place
from agent.errors import TrustError
from agent.trust.tree import TreeAuthority, load_root, load_tree
from agent.trust.verify import reverify
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.signed_documents import (
    AT,
    DIGEST,
    PLACE,
    STATION,
    SYNCED,
    FakeFloors,
    cancel,
    code_of,
    emergency,
    judge,
    playlist,
    seal,
    silence,
    station_config,
    time_reply,
)

COMMUNE = "vn.84.29266"


def entry(at: Sequence[str], **changes: Any) -> dict[str, Any]:
    (plain,) = playlist()["entries"]
    return {**plain, "when": {**plain["when"], "at": list(at)}, **changes}


def published(tree: FakePublisher) -> TreeAuthority:
    return load_tree(tree.publish())


def verdict(
    tree: FakePublisher,
    document: dict[str, Any],
    *,
    now: Now = SYNCED,
    nonces: tuple[str, ...] = (),
) -> str:
    """`ok`, or the code of the refusal, under the published tree."""
    envelope = seal(document, *tree.signers(document["issuer"]))
    authority = load_tree(tree.files())
    try:
        judge(envelope, document["kind"], authority=authority, now=now, nonces=nonces)
    except TrustError as error:
        return error.code
    return "ok"


def test_a_role_of_the_tree_signs_what_it_may() -> None:
    tree = FakePublisher()
    assert verdict(tree, playlist()) == "ok"
    assert verdict(tree, playlist(**{"class": "priority"})) == "ok"
    assert verdict(tree, emergency()) == "ok"
    assert verdict(tree, station_config()) == "ok"
    assert verdict(tree, time_reply(), nonces=("0123456789abcdef",)) == "ok"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(["05:00:00", "17:00:00"])], "ok"),
        ([entry(["04:59:59"])], "E_HOURS"),
        ([entry(["05:00:00"]), entry(["11:30:00"], id="e2")], "E_HOURS"),
        ([entry(["10:59:30"])], "E_HOURS"),  # 30.012 s run past eleven
        ([entry(["10:59:29"])], "ok"),
        ([entry(["10:00:00"], body={"media": [DIGEST], "repeat": 120})], "E_HOURS"),
        ([entry(["10:00:00"], body={"media": [DIGEST], "repeat": 119})], "ok"),
        ([entry(["10:00:00"], body={"media": [DIGEST], "repeat": 120}, max_ms=3_600_000)], "ok"),
        ([entry(["10:50:00"], start={"kind": "within", "ms": 600_000})], "E_HOURS"),
        ([entry(["05:00:00"]), entry([], id="e2", start={"kind": "after", "entry": "e1"})],
         "E_HOURS"),
        ([], "ok"),
    ],
)  # fmt: skip
def test_a_playlist_keeps_to_the_hours_of_its_role(
    entries: list[dict[str, Any]], expected: str
) -> None:
    tree = FakePublisher()
    tree.delegation(COMMUNE)["x-hours"] = ["05:00-11:00", "16:00-21:00"]
    tree.publish()
    assert verdict(tree, playlist(entries=entries)) == expected


@pytest.mark.parametrize(
    ("hours", "sun", "expected"),
    [  # the sun rises between 05:00 and 07:00 and sets between 17:00 and 19:00, all over Vietnam
        ("05:00-21:00", {"event": "sunrise"}, "ok"),
        ("05:00-21:00", {"event": "sunrise", "offset_min": -1}, "E_HOURS"),
        ("05:00-07:01", {"event": "sunrise"}, "ok"),
        ("05:00-07:00", {"event": "sunrise"}, "E_HOURS"),  # 30 s from 07:00 on
        ("16:45-19:00", {"event": "sunset", "offset_min": -15}, "ok"),
        ("05:00-18:00", {"event": "sunset"}, "E_HOURS"),
    ],
)
def test_a_start_by_the_sun_keeps_to_the_hours_wherever_the_station_is(
    hours: str, sun: dict[str, Any], expected: str
) -> None:
    tree = FakePublisher()
    tree.delegation(COMMUNE)["x-hours"] = [hours]
    tree.publish()
    by_sun = entry(["06:00:00"] if hours.startswith("05") else ["17:00:00"])
    by_sun["when"] = {**by_sun["when"], "sun": [sun]}
    document = playlist(entries=[by_sun], crit=["entries.when.sun"])
    assert verdict(tree, document) == expected


def test_after_another_entry_is_allowed_where_no_hours_are_set() -> None:
    entries = [entry(["05:00:00"]), entry([], id="e2", start={"kind": "after", "entry": "e1"})]
    assert verdict(FakePublisher(), playlist(entries=entries)) == "ok"


def test_an_emergency_is_not_limited_by_hours() -> None:
    tree = FakePublisher()
    for name in ("vn.84", "vn.84.em"):
        tree.delegation(name)["x-hours"] = ["01:00-01:01"]
    tree.publish()
    assert verdict(tree, emergency()) == "ok"


def test_a_silent_kind_is_not_limited_by_hours_or_priority() -> None:
    tree = FakePublisher()
    tree.delegation("vn.84").update({"x-hours": ["01:00-01:01"], "x-prio-max": "routine"})
    tree.publish()
    assert verdict(tree, station_config()) == "ok"
    assert verdict(tree, silence()) == "ok"


def test_a_live_grant_keeps_to_the_hours() -> None:
    grant = {
        **playlist(), "kind": "stream-grant", "slot": "live", "expires": "2026-11-23T01:10:00Z",
        "stream_id": "56af4bde70a47ae7d0f1ebb30e45ed33", "stream_key": "ab" * 32, "first_seq": 0,
        "codec": "opus", "max_segment_bytes": 65536, "hosts": ["live.example.vn"],
    }  # fmt: skip
    del grant["media"], grant["entries"]
    for hours, expected in (("08:00-08:10", "ok"), ("08:00-08:09", "E_HOURS")):
        tree = FakePublisher()
        tree.delegation(COMMUNE)["x-hours"] = [hours]
        tree.publish()
        assert verdict(tree, grant) == expected  # 01:00Z is eight o'clock


@pytest.mark.parametrize("name", ["vn.84", COMMUNE])
def test_any_link_may_limit_the_priority(name: str) -> None:
    tree = FakePublisher()
    tree.delegation(name)["x-prio-max"] = "routine"
    tree.publish()
    assert verdict(tree, playlist()) == "ok"
    assert verdict(tree, playlist(**{"class": "priority"})) == "E_PRIO"
    assert verdict(tree, cancel(**{"class": "priority"})) == "E_PRIO"
    assert verdict(tree, emergency()) == ("E_PRIO" if name == "vn.84" else "ok")


@pytest.mark.parametrize("name", ["vn.84", COMMUNE])
def test_any_link_may_shorten_the_lifetime(name: str) -> None:
    tree = FakePublisher()
    tree.delegation(name)["x-max-ttl-s"] = 86_400
    tree.publish()
    assert verdict(tree, playlist()) == "ok"
    assert verdict(tree, playlist(expires="2026-11-24T01:00:01Z")) == "E_TTL"


def test_only_the_parent_raises_the_epoch() -> None:
    tree = FakePublisher()
    assert verdict(tree, playlist(epoch=2)) == "E_SCOPE"
    tree.delegation(COMMUNE)["x-epoch"] = 2
    tree.publish()
    assert verdict(tree, playlist(epoch=2)) == "ok"
    assert verdict(tree, playlist(epoch=1)) == "ok"


def aged(hours: float) -> Now:
    return Now(AT + timedelta(hours=hours), "SYNCED", 0.02)


def at(now: Now, document: dict[str, Any]) -> dict[str, Any]:
    """The same document, issued at that moment."""
    ends = {"emergency": 1.0, "time": 0.5}.get(document["kind"], 24.0)
    times = {"issued": now.at, "not_before": now.at, "expires": now.at + timedelta(hours=ends)}
    return {**document, **{name: f"{when:%Y-%m-%dT%H:%M:%SZ}" for name, when in times.items()}}


def test_aged_authority_accepts_everything_but_new_emergencies() -> None:
    tree, now = FakePublisher(), aged(49)
    assert verdict(tree, at(now, emergency()), now=now) == "E_STALE"
    nonce = "0123456789abcdef"
    proved = at(now, emergency(nonce=nonce))
    assert verdict(tree, proved, now=now, nonces=(nonce,)) == "E_STALE"
    alarm_over = {**cancel(issuer="vn.84.em"), "class": "emergency"}
    assert verdict(tree, at(now, alarm_over), now=now) == "ok"
    assert verdict(tree, at(now, playlist()), now=now) == "ok"
    assert verdict(tree, at(now, silence()), now=now) == "ok"


def test_expired_authority_accepts_only_time_and_receipts() -> None:
    tree, now = FakePublisher(), aged(24 * 30)
    for document in (playlist(), emergency(), silence(), station_config()):
        assert verdict(tree, at(now, document), now=now) == "E_STALE"
    nonce = "0123456789abcdef"
    assert verdict(tree, at(now, time_reply()), now=now, nonces=(nonce,)) == "ok"


def test_a_held_document_passes_under_expired_authority() -> None:
    tree = FakePublisher()
    envelope = seal(playlist(expires="2027-01-01T00:00:00Z"), *tree.signers(COMMUNE))
    authority, floors = load_tree(tree.files()), FakeFloors()
    accepted = judge(envelope, authority=authority)
    floors.floors["vn.84.29266", "playlist", "tuan"] = (1, 42, accepted.sha256)
    now = aged(24 * 30)
    assert judge(envelope, authority=authority, floors=floors, now=now).duplicate
    reverify(envelope, "playlist", authority, PLACE, STATION, now)


def test_other_bytes_are_refused_as_stale_before_they_are_refused_as_a_fork() -> None:
    tree, now, floors = FakePublisher(), aged(24 * 30), FakeFloors()
    floors.floors["vn.84.29266", "playlist", "tuan"] = (1, 42, "00" * 32)
    envelope = seal(at(now, playlist()), *tree.signers(COMMUNE))
    authority = load_tree(tree.files())
    assert (
        code_of(lambda: judge(envelope, authority=authority, floors=floors, now=now)) == "E_STALE"
    )


def test_a_box_without_targets_refuses_every_signer_as_stale() -> None:
    tree = FakePublisher()
    envelope = seal(playlist(), *tree.signers(COMMUNE))
    root_only = load_root(tree.files().root)
    assert code_of(lambda: judge(envelope, authority=root_only)) == "E_STALE"


def held_code(
    tree: FakePublisher,
    envelope: bytes,
    *,
    place: Place | None = PLACE,
    now: Now = SYNCED,
    kind: str = "playlist",
) -> str:
    authority = load_tree(tree.files())
    return code_of(lambda: reverify(envelope, kind, authority, place, STATION, now))


def test_a_held_document_is_refused_after_its_signer_is_removed() -> None:
    tree = FakePublisher()
    envelope = seal(playlist(), *tree.signers(COMMUNE))
    reverify(envelope, "playlist", load_tree(tree.files()), PLACE, STATION, SYNCED)
    tree.revoke(COMMUNE)
    tree.publish()
    assert held_code(tree, envelope) == "E_ROLE"


def test_a_held_document_is_refused_after_its_key_place_limits_or_expiry_change() -> None:
    tree = FakePublisher()
    envelope = seal(playlist(), *tree.signers(COMMUNE))
    assert held_code(tree, envelope, place=Place("84", "99999", "tv-cl-0007")) == "E_STATION"
    assert held_code(tree, envelope, place=None) == "E_STATION"
    assert held_code(tree, envelope, now=aged(24)) == "E_EXPIRED"
    assert held_code(tree, envelope, now=aged(-1)) == "E_NOTYET"
    assert held_code(tree, envelope, kind="silence") == "E_TYPE"
    tree.delegation(COMMUNE)["x-hours"] = ["06:00-07:00"]
    tree.publish()
    assert held_code(tree, envelope) == "E_HOURS"
    tree.rotate(COMMUNE)
    tree.publish()
    assert held_code(tree, envelope) == "E_ROLE"


def test_the_freshness_of_a_held_document_is_not_verified_again() -> None:
    tree = FakePublisher()
    envelope = seal(emergency(), *tree.signers("vn.84.em"))
    half_past = Now(AT + timedelta(minutes=30), "FLOOR", None)
    reverify(envelope, "emergency", load_tree(tree.files()), PLACE, STATION, half_past)


def test_the_config_that_moved_a_box_is_in_force_at_its_new_place() -> None:
    tree = FakePublisher()
    moved = station_config(place="84/99999/tv-cl-0007", to=["84/99999/tv-cl-0007"])
    envelope = seal(moved, *tree.signers("vn.84"))
    new = Place("84", "99999", "tv-cl-0007")
    for place in (new, None):
        authority = load_tree(tree.files())
        reverify(envelope, "station-config", authority, place, STATION, SYNCED)
