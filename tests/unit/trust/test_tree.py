"""The tree of delegations: its roles, and the sets that are refused whole."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.clock import Clock, Now, Quality
from agent.errors import TrustError
from agent.trust.authority import Grade
from agent.trust.tree import TreeFiles, describe_unknown, load_root, load_tree
from tests.fakes.fake_publisher import AT, FakePublisher, new_signer, sign_json, utc

SYNCED = Now(AT, "SYNCED", 0.02)
Spoil = Callable[[FakePublisher], Any]


def later(**age: float) -> Now:
    return Now(AT + timedelta(**age), "SYNCED", 0.02)


def refusal(files: TreeFiles) -> TrustError:
    with pytest.raises(TrustError) as caught:
        load_tree(files)
    assert caught.value.code == "E_ROLE"
    return caught.value


def test_a_published_tree_is_loaded_with_its_chains_and_versions() -> None:
    tree = FakePublisher()
    authority = load_tree(tree.files())
    (commune,) = authority.roles_for(tree.signers("vn.84.29266")[0].public_key.keyid)
    assert commune.name == "vn.84.29266"
    assert [link.name for link in commune.chain] == ["vn.84", "vn.84.29266"]
    assert (commune.max_ttl_s, commune.epoch, commune.threshold) == (45 * 86_400, 1, 1)
    assert commune.kinds == {"playlist", "cancel", "stream-grant"}
    assert authority.demo
    assert authority.versions == {
        "root": 1, "timestamp": 1, "snapshot": 1, "targets": 1, "vn.84": 1, "vn.82": 1,
    }  # fmt: skip
    assert not authority.roles_for("0" * 64)


def test_the_limits_of_every_link_are_read() -> None:
    tree = FakePublisher()
    tree.delegation("vn.84").update({"x-hours": ["04:00-22:00"], "x-max-ttl-s": 3600})
    tree.delegation("vn.84.29266").update({"x-hours": ["05:00-23:00"], "x-prio-max": "routine"})
    commune = load_tree(tree.publish()).roles["vn.84.29266"]
    assert [link.hours for link in commune.chain] == [("04:00-22:00",), ("05:00-23:00",)]
    assert [link.priority_max for link in commune.chain] == ["emergency", "routine"]
    assert commune.max_ttl_s == 3600
    assert commune.minutes.bit_count() == 17 * 60


def test_a_box_with_its_own_provinces_file_knows_the_other_provinces_role_only() -> None:
    tree = FakePublisher()
    files = tree.files()
    here = load_tree(dataclasses.replace(files, roles={"vn.84": files.roles["vn.84"]}))
    assert "vn.82" in here.roles
    assert "vn.82" not in here.versions
    nowhere = load_tree(dataclasses.replace(files, roles={}))
    assert {"vn.84", "vn.time"} <= nowhere.roles.keys()
    assert "vn.84.29266" not in nowhere.roles


def test_an_additional_district_level_changes_no_rule() -> None:
    tree = FakePublisher()
    paths = ["authority/84/29300/*", "routine/84/29300/*"]
    tree.delegate("vn.84.d1", paths=paths)
    tree.delegate("vn.84.d1.29300", kinds=["playlist"], paths=["routine/84/29300/*"])
    commune = load_tree(tree.publish()).roles["vn.84.d1.29300"]
    assert [link.name for link in commune.chain] == ["vn.84", "vn.84.d1", "vn.84.d1.29300"]


def _deep(labels: str) -> FakePublisher:
    """Below vn.84 one role a label, each with a file but the last."""
    tree, name = FakePublisher(), "vn.84"
    for label in labels[:-1]:
        name = f"{name}.{label}"
        tree.delegate(name, paths=["authority/84/*/*", "routine/84/*/*"])
    tree.delegate(f"{name}.{labels[-1]}", kinds=["playlist"], paths=["routine/84/*/*"])
    return tree


def test_six_levels_are_allowed_and_seven_are_not() -> None:
    assert len(load_tree(_deep("abcde").publish()).roles["vn.84.a.b.c.d.e"].chain) == 6
    assert refusal(_deep("abcdef").publish()).subject == "vn.84.a.b.c.d.e.f"


def test_a_leftover_file_of_a_revoked_role_grants_nothing() -> None:
    tree = FakePublisher()
    left = tree.files().roles["vn.84"]
    tree.revoke("vn.84")
    files = tree.publish()
    authority = load_tree(dataclasses.replace(files, roles={**files.roles, "vn.84": left}))
    assert authority.roles.keys().isdisjoint({"vn.84", "vn.84.29266", "vn.84.em"})
    assert "vn.82" in authority.roles


def test_a_file_of_a_role_without_an_authority_path_is_not_read() -> None:
    tree = FakePublisher()
    paths = tree.delegation("vn.84")["paths"]
    paths.remove("authority/84/*/*")
    authority = load_tree(tree.publish())
    assert "vn.84" in authority.roles
    assert "vn.84.29266" not in authority.roles


def _delegation(name: str = "vn.84.29266", /, **changes: Any) -> Spoil:
    return lambda tree: tree.delegation(name).update(
        {key.replace("_", "-") if key.startswith("x_") else key: v for key, v in changes.items()}
    )


def _without(field: str) -> Spoil:
    return lambda tree: tree.delegation("vn.84.29266").pop(field)


def _paths(*paths: str) -> Spoil:
    return _delegation(paths=list(paths))


def _root(**changes: Any) -> Spoil:
    return lambda tree: tree.root.update(changes)


def _strip_root_threshold(tree: FakePublisher) -> None:
    tree.root["roles"]["root"]["threshold"] = 1


def _one_signer_of_province(tree: FakePublisher) -> None:
    tree.delegation("vn.84")["threshold"] = 1


def _one_signer_of_targets(tree: FakePublisher) -> None:
    tree.root["roles"]["targets"]["threshold"] = 1


def _foreign_signer(name: str) -> Spoil:
    def spoil(tree: FakePublisher) -> None:
        tree.keys[name] = [new_signer() for _ in tree.keys[name]]

    return spoil


def _one_of_two(name: str) -> Spoil:
    return lambda tree: tree.keys[name].pop()


def _same_person(tree: FakePublisher) -> None:
    holders = tree.root["x-holders"]
    holders.update(dict.fromkeys(holders, "Nguyễn Văn A"))


def _key_without_role(tree: FakePublisher) -> None:
    public = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "01" + "00" * 31}}
    tree.roles["vn.84"]["delegations"]["keys"]["f" * 64] = public


def _key_missing(tree: FakePublisher) -> None:
    tree.roles["vn.84"]["delegations"]["keys"].pop(tree.delegation("vn.84.29266")["keyids"][0])


def _root_key_missing(tree: FakePublisher) -> None:
    tree.root["keys"].pop(tree.root["roles"]["snapshot"]["keyids"][0])


def _target_file(tree: FakePublisher) -> None:
    tree.targets["targets"]["a"] = {"length": 1, "hashes": {"sha256": "00" * 32}}


def _another_country(tree: FakePublisher) -> None:
    tree.delegate("la.10", kinds=["playlist"], paths=["routine/10/*/*"], parent="targets")


def _first_key(tree: FakePublisher) -> Any:
    return next(iter(tree.targets["delegations"]["keys"].values()))


def _twice(tree: FakePublisher) -> None:
    tree.roles["vn.84"]["delegations"]["roles"].append(tree.delegation("vn.84.29266"))


REFUSED: dict[str, Spoil] = {
    "critical members that are no list": _delegation(x_crit="x-days"),
    "no critical member": _delegation(x_crit=[]),
    "a critical member twice": lambda tree: tree.targets.update({"x-crit": ["x-issued"] * 2}),
    "an unknown field in a key": lambda tree: _first_key(tree).update(x=1),
    "an unknown field of a role in root": lambda tree: tree.root["roles"]["root"].update(x=1),
    "an unknown field in delegations": lambda tree: tree.targets["delegations"].update(x=1),
    "hash prefixes": _delegation(path_hash_prefixes=["00"]),
    "no paths": _paths(),
    "terminating": _delegation(terminating=True),
    "no kinds field": _without("x-kinds"),
    "no lifetime": _without("x-max-ttl-s"),
    "no epoch": _without("x-epoch"),
    "no holders": _without("x-holders"),
    "lifetime zero": _delegation(x_max_ttl_s=0),
    "lifetime as text": _delegation(x_max_ttl_s="3600"),
    "epoch zero": _delegation(x_epoch=0),
    "an epoch beyond the database": _delegation(x_epoch=2**63),
    "epoch true": _delegation(x_epoch=True),
    "an unknown kind": _delegation(x_kinds=["playlists"]),
    "a kind twice": _delegation(x_kinds=["playlist", "playlist"]),
    "an unknown priority": _delegation(x_prio_max="highest"),
    "hours that are none": _delegation(x_hours=["05:00"]),
    "hours without length": _delegation(x_hours=["05:00-05:00"]),
    "an empty list of hours": _delegation(x_hours=[]),
    "hours null": _delegation(x_hours=None),
    "every class": _paths("*/84/29266/*"),
    "an unknown class": _paths("special/84/29266/*"),
    "threshold zero": _delegation(threshold=0),
    "a threshold above the keys": _delegation(threshold=2),
    "nine signatures": _delegation(threshold=9),
    "an emergency by one": _paths("emergency/84/29266/*"),
    "an emergency pair that needs one": _delegation("vn.84.em", threshold=1),
    "two that are named by one": _one_signer_of_province,
    "a province that is named by one": _one_signer_of_targets,
    "a root of one above targets of two": _strip_root_threshold,
    "time that may sound": _delegation("vn.time", x_kinds=["time", "playlist"]),
    "time beyond config": _delegation("vn.time", paths=["routine/*/*/*"]),
    "release beyond config": _delegation("vn.release", paths=["command/*/*/*"]),
    "release with an online kind": _delegation("vn.release", x_kinds=["release", "head"]),
    "a head that publishes": _delegation("vn.head", x_kinds=["head", "station-config"]),
    "a key that no role uses": _key_without_role,
    "a key id without its key": _key_missing,
    "a target file": _target_file,
    "another country": _another_country,
    "a role twice": _twice,
    "a name in capitals": _delegation(name="vn.84.ABC"),
    "a name that is a path": _delegation(name="vn.84.../../x"),
    "a name that is too long": _delegation(name="vn.84." + "9" * 64),
    "no consistent snapshot": _root(consistent_snapshot=False),
    "a version of no database": lambda tree: tree.roles["vn.84"].update(version=2**63),
    "another specification": lambda tree: tree.targets.update(spec_version="2.0"),
    "no such day": lambda tree: tree.targets.update(expires="2026-13-01T00:00:00Z"),
    "a key id in root without its key": _root_key_missing,
    "root holders unnamed": _root(**{"x-holders": {}}),
    "one person in root twice": _same_person,
    "targets by foreign keys": _foreign_signer("targets"),
    "snapshot by a foreign key": _foreign_signer("snapshot"),
    "timestamp by a foreign key": _foreign_signer("timestamp"),
    "a province by foreign keys": _foreign_signer("vn.84"),
    "targets by one of two": _one_of_two("targets"),
    "a province by one of two": _one_of_two("vn.84"),
    "root by one of two": lambda tree: tree.root.update({"x-demo": not tree.keys["root"].pop()}),
}


@pytest.mark.parametrize("spoil", REFUSED.values(), ids=list(REFUSED))
def test_a_tree_is_refused_whole(spoil: Spoil) -> None:
    tree = FakePublisher()
    load_tree(tree.publish())
    spoil(tree)
    refusal(tree.publish())


IGNORED: dict[str, tuple[Spoil, str]] = {
    "in targets": (lambda tree: tree.targets.update(x=1), "targets x"),
    "in root": (_root(x=1), "root x"),
    "in timestamp": (lambda tree: tree.timestamp.update(x=1), "timestamp x"),
    "in snapshot": (lambda tree: tree.snapshot.update(x=1), "snapshot x"),
    "in a delegation": (_delegation(x_note="a"), "vn.84 delegations.roles.x-note"),
    "a field of the library": (_delegation(custom={}), "vn.84 delegations.roles.custom"),
}


@pytest.mark.parametrize(("spoil", "told"), IGNORED.values(), ids=list(IGNORED))
def test_an_unknown_field_that_is_not_critical_is_ignored_and_reported(
    spoil: Spoil, told: str
) -> None:
    tree = FakePublisher()
    before = load_tree(tree.publish())
    spoil(tree)
    authority = load_tree(tree.publish())
    assert authority.roles.keys() == before.roles.keys()
    assert authority.ignored == (told,)
    assert describe_unknown(authority) == f"ignored: {told}"


@pytest.mark.parametrize("name", ["root", "targets", "snapshot", "timestamp"])
def test_a_file_with_an_unknown_critical_field_is_refused_by_its_name(name: str) -> None:
    tree = FakePublisher()
    getattr(tree, name).update({"x-crit": ["x-new"], "x-new": 1})
    with pytest.raises(TrustError, match="x-new") as caught:
        load_tree(tree.publish())
    assert (caught.value.code, caught.value.subject) == ("E_UNSUPPORTED", name)


def test_a_known_field_may_be_listed_as_critical() -> None:
    tree = FakePublisher()
    _delegation(x_hours=["05:00-21:00"], x_crit=["x-hours"])(tree)
    assert describe_unknown(load_tree(tree.publish())) is None


def test_a_role_below_an_unknown_critical_limit_has_no_right_and_the_others_keep_theirs() -> None:
    tree = FakePublisher()
    _delegation("vn.84", x_crit=["x-days"], x_days=[1])(tree)
    authority = load_tree(tree.publish())
    commune = authority.roles["vn.84.29266"]
    assert commune.unknown == ("vn.84 x-days",)
    assert not commune.covers("routine", "84/29266/tv-cl-0007")
    assert authority.roles["vn.time"].unknown == ()
    assert "vn.84 x-days" in str(describe_unknown(authority))


def _issued(tree: FakePublisher, **changes: str) -> TreeFiles:
    """The present files with a changed timestamp, validly signed."""
    timestamp = {**tree.timestamp, **{k.replace("_", "-"): v for k, v in changes.items()}}
    raw = sign_json(timestamp, tree.signers("timestamp"))
    return dataclasses.replace(tree.files(), timestamp=raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"x_issued": "2026-11-23T08:00:00+07:00"},
        {"x_issued": "2026-11-23 01:00:00Z"},
        {"x_issued": "2026-02-30T01:00:00Z"},
        {"x_issued": "2026-11-23T01:00:00.5Z"},
        {"x_issued": "2026-W48-1T01:00:00Z"},
        {"x_issued": ""},
        {"expires": utc(AT + timedelta(days=30, seconds=1))},
        {"expires": utc(AT)},
    ],
)
def test_a_timestamp_states_when_it_was_signed_and_lives_thirty_days(
    changes: dict[str, str],
) -> None:
    assert load_tree(_issued(FakePublisher())).issued == AT
    refusal(_issued(FakePublisher(), **changes))


def test_a_timestamp_that_does_not_state_when_it_was_signed_is_refused() -> None:
    tree = FakePublisher()
    timestamp = {k: v for k, v in tree.timestamp.items() if k != "x-issued"}
    raw = sign_json(timestamp, tree.signers("timestamp"))
    refusal(dataclasses.replace(tree.files(), timestamp=raw))


def _doubled(raw: bytes) -> bytes:
    return raw.replace(b'"version": ', b'"version": 9, "version": ', 1)


def test_files_are_read_as_strict_json() -> None:
    tree = FakePublisher()
    files = tree.files()
    for name in ("root", "timestamp", "snapshot", "targets"):
        for change in (
            _doubled,
            lambda raw: raw + b" x",
            lambda raw: b"\xef\xbb\xbf" + raw,
            lambda raw: raw.replace(b'"version": 1', b'"version": 1.0', 1),
            lambda raw: raw.replace(b'"version": 1', b'"version": true', 1),
            lambda raw: raw.replace(b'"signed"', b'"extra": 1, "signed"', 1),
            lambda raw: raw.replace(b'"signed"', b'"Signed"', 1),
            lambda _: b"null",
            lambda _: b"",
            lambda _: b"[" * 100_000,
        ):
            spoiled = change(getattr(files, name))
            assert spoiled != getattr(files, name)
            assert refusal(dataclasses.replace(files, **{name: spoiled})).subject == name


def test_a_signature_listed_twice_or_a_flood_of_them_is_refused() -> None:
    tree = FakePublisher()
    file = json.loads(tree.files().targets)
    twice = json.dumps({**file, "signatures": file["signatures"] * 2}).encode()
    refusal(dataclasses.replace(tree.files(), targets=twice))
    many = [{"keyid": f"{n:064x}", "sig": "00"} for n in range(31)]
    for more, is_good in ((many[:30], True), (many, False)):
        raw = json.dumps({**file, "signatures": [*file["signatures"], *more]}).encode()
        row = {"version": 1}  # by version alone: length and hash would differ
        tree.snapshot["meta"]["targets.json"] = row
        tree.sign_snapshot()
        tree.tick()
        files = dataclasses.replace(tree.files(), targets=raw)
        if is_good:
            load_tree(files)
        else:
            assert "signatures" in refusal(files).hint


@pytest.mark.parametrize(
    "signatures",
    [
        None, 3, {}, [None], ["a"], [{}], [{"keyid": 1, "sig": 2}], [{"keyid": ["a"], "sig": ""}],
        [{"keyid": "KEYID", "sig": "zz"}], [{"keyid": "KEYID", "sig": "abc"}],
        [{"keyid": "KEYID", "sig": ""}], [{"keyid": "KEYID", "sig": "é"}],
        [{"keyid": "KEYID", "sig": 5}], [{"keyid": "KEYID", "sig": None}],
        [{"keyid": "KEYID", "sig": "00" * 64}], [{"keyid": "KEYID", "sig": "00" * 100_0}],
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["root", "timestamp", "snapshot", "targets"])
def test_a_malformed_signatures_member_is_refused_with_a_code(name: str, signatures: Any) -> None:
    files = FakePublisher().files()
    file = json.loads(getattr(files, name))
    keyid = file["signatures"][0]["keyid"]
    raw = json.dumps({**file, "signatures": signatures}).replace("KEYID", keyid).encode()
    refusal(dataclasses.replace(files, **{name: raw}))


@pytest.mark.parametrize(
    ("name", "limit"), [("root", 64), ("timestamp", 16), ("snapshot", 64), ("targets", 256)]
)
def test_a_file_above_its_largest_size_is_refused(name: str, limit: int) -> None:
    files = FakePublisher().files()
    fitting = getattr(files, name).ljust(limit * 1024)
    hint = refusal(dataclasses.replace(files, **{name: fitting + b" "})).hint
    assert "bytes, at most" in hint
    if name in ("root", "timestamp"):  # their length is not listed
        load_tree(dataclasses.replace(files, **{name: fitting}))


def test_a_file_that_is_not_the_listed_one_is_refused() -> None:
    tree = FakePublisher()
    old = tree.files()
    new = tree.publish()
    for changes in (
        {"snapshot": old.snapshot},
        {"targets": old.targets},
        {"roles": {**new.roles, "vn.84": old.roles["vn.84"]}},
        {"timestamp": old.timestamp},
        {"roles": {**new.roles, "vn.84": new.roles["vn.82"]}},
    ):
        refusal(dataclasses.replace(new, **changes))
    load_tree(new)


@pytest.mark.parametrize("name", ["targets", "vn.84"])
def test_the_listed_version_is_verified_where_neither_length_nor_hash_is_listed(name: str) -> None:
    for version, is_good in ((1, True), (2, False)):
        tree = FakePublisher()
        tree.snapshot["meta"][f"{name}.json"] = {"version": version}
        tree.sign_snapshot()
        tree.tick()
        if is_good:
            load_tree(tree.files())
        else:
            assert refusal(tree.files()).subject == name


@pytest.mark.parametrize("name", ["vn", "vn.84.29266", "vn.84.em.1"])
def test_a_child_of_targets_is_a_country_and_one_code(name: str) -> None:
    tree = FakePublisher(is_small_tree=False)
    tree.delegate(name, kinds=["playlist"], paths=["routine/84/*/*"], parent="targets")
    assert refusal(tree.publish()).subject == name


def test_a_file_that_no_snapshot_lists_is_refused() -> None:
    tree = FakePublisher()
    del tree.snapshot["meta"]["vn.84.json"]
    tree.sign_snapshot()
    tree.tick()
    assert refusal(tree.files()).subject == "vn.84"


def test_the_grade_falls_with_the_age_of_the_timestamp() -> None:
    authority = load_tree(FakePublisher().files())
    assert authority.grade(SYNCED) is Grade.FRESH
    assert authority.grade(later(hours=48)) is Grade.FRESH
    assert authority.grade(later(hours=48, seconds=1)) is Grade.AGED
    assert authority.grade(later(days=30, seconds=-1)) is Grade.AGED
    assert authority.grade(later(days=30)) is Grade.EXPIRED


def test_the_hourly_timestamp_keeps_it_fresh() -> None:
    tree = FakePublisher()
    tree.at = AT + timedelta(days=29)
    tree.tick()
    authority = load_tree(tree.files())
    assert authority.versions["timestamp"] == 2
    assert authority.grade(later(days=29, hours=1)) is Grade.FRESH


@pytest.mark.parametrize("name", ["root", "snapshot", "targets", "vn.84"])
def test_one_expired_file_is_enough(name: str) -> None:
    tree = FakePublisher()
    signed = {"root": tree.root, "snapshot": tree.snapshot}.get(name) or tree.file(name)
    signed["expires"] = utc(AT + timedelta(days=1))
    authority = load_tree(tree.publish())
    assert authority.grade(later(days=1, seconds=-1)) is Grade.FRESH
    assert authority.grade(later(days=1)) is Grade.EXPIRED


def test_the_expiry_of_another_provinces_file_does_not_count() -> None:
    tree = FakePublisher()
    tree.file("vn.82")["expires"] = utc(AT + timedelta(days=1))
    files = tree.publish()
    here = load_tree(dataclasses.replace(files, roles={"vn.84": files.roles["vn.84"]}))
    assert here.grade(later(days=2)) is Grade.FRESH


def test_a_timestamp_from_the_future_is_not_fresh() -> None:
    tree = FakePublisher(AT + timedelta(days=3))
    authority = load_tree(tree.files())
    assert authority.grade(SYNCED) is Grade.AGED
    assert authority.grade(later(days=3, minutes=-5)) is Grade.FRESH


@pytest.mark.parametrize("quality", ["RTC", "FLOOR"])
def test_a_lower_bound_far_behind_the_timestamp_is_not_fresh(quality: Quality) -> None:
    authority = load_tree(FakePublisher().files())
    assert authority.grade(Now(AT - timedelta(hours=48), quality, None)) is Grade.FRESH
    assert authority.grade(Now(AT - timedelta(hours=48, seconds=1), quality, None)) is Grade.AGED
    assert authority.grade(Now(AT + timedelta(hours=49), quality, None)) is Grade.AGED


def test_an_old_authority_does_not_become_fresh_when_the_time_is_lost() -> None:
    """Withheld for three weeks, in which the alarm's keys may have been revoked."""
    authority = load_tree(FakePublisher().files())
    seconds = [500.0]
    clock = Clock(boot=lambda: seconds[0])
    clock.fix(AT + timedelta(days=21), 500.0, "k1")
    assert authority.grade(clock.now()) is Grade.AGED
    clock.reset_floor()
    seconds[0] += 601
    assert clock.now().quality == "FLOOR"
    assert authority.grade(clock.now()) is Grade.AGED


def test_a_root_alone_gives_no_signing_role() -> None:
    tree = FakePublisher()
    authority = load_root(tree.files().root)
    assert authority.grade(SYNCED) is Grade.EXPIRED
    assert authority.versions == {"root": 1}
    assert authority.demo
    assert not authority.roles
    tree.root.pop("x-demo")
    assert not load_root(tree.publish().root).demo


def test_a_root_without_its_own_signature_is_refused() -> None:
    tree = FakePublisher()
    tree.keys["root"].pop()
    tree.root["x-demo"] = False
    with pytest.raises(TrustError):
        load_root(tree.publish().root)
