"""A mutation of a published set is refused or changes nothing."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.exceptions import FormatError

from agent.errors import TrustError
from agent.trust.tree import TreeAuthority, TreeFiles, load_tree
from tests.fakes.fake_publisher import FakePublisher, row, sign_json

TREE = FakePublisher()
FILES = TREE.files()
NAMES = ("root", "timestamp", "snapshot", "targets", "vn.84", "vn.82")
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2**64), st.floats(), st.text(max_size=8),
    st.sampled_from(["vn.84", "*", "emergency/84/*/*", [], {}, "0" * 64]),
)  # fmt: skip


def text_of(name: str) -> bytes:
    return FILES.roles[name] if name in FILES.roles else getattr(FILES, name)


def with_file(name: str, raw: bytes) -> TreeFiles:
    if name in FILES.roles:
        return dataclasses.replace(FILES, roles={**FILES.roles, name: raw})
    return dataclasses.replace(FILES, **{name: raw})


def meaning(authority: TreeAuthority) -> Any:
    roles = [
        (role.name, sorted(role.keys), role.threshold, role.kinds, role.epoch, role.chain)
        for role in authority.roles.values()
    ]
    return roles, authority.versions, authority.issued, authority.expires, authority.demo


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each key or index in it."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for where, item in list(members):
        yield value, where
        if isinstance(item, dict | list):
            yield from spots(item)


ORIGINAL = meaning(load_tree(FILES))


def check(name: str, raw: bytes) -> None:
    try:
        authority = load_tree(with_file(name, raw))
    except TrustError as error:
        assert error.code == "E_ROLE"  # noqa: PT017 - any other refusal is a fault too
        return
    assert meaning(authority) == ORIGINAL


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_byte_more_less_or_different(name: str, data: st.DataObject) -> None:
    raw = text_of(name)
    at = data.draw(st.integers(0, len(raw) - 1))
    new = data.draw(st.binary(max_size=2))
    check(name, raw[:at] + new + raw[at + data.draw(st.integers(0, 2)) :])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_value_replaced_taken_out_or_moved(name: str, data: st.DataObject) -> None:
    file = json.loads(text_of(name))
    parent, where = data.draw(st.sampled_from(list(spots(file))))
    match data.draw(st.sampled_from(["replace", "remove", "double", "swap"])):
        case "replace":
            parent[where] = data.draw(VALUES)
        case "remove":
            del parent[where]
        case "double" if isinstance(parent, list):
            parent.append(parent[where])
        case "double":
            parent[f"{where}x"] = parent[where]
        case _:
            other = data.draw(st.sampled_from(list(spots(json.loads(text_of("targets"))))))
            parent[where] = other[0][other[1]]
    check(name, json.dumps(file).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
@settings(deadline=None)
def test_one_file_in_the_place_of_another(name: str, other: str) -> None:
    check(name, text_of(other))


def signed_truly(name: str, signed: Any) -> TreeFiles:
    """The set with one file changed, and all files above it signed again by their keys."""
    changed = with_file(name, sign_json(signed, TREE.signers(name)))
    if name in ("root", "timestamp"):
        return changed
    snapshot = copy.deepcopy(TREE.snapshot)
    if name == "snapshot":
        snapshot, raw = signed, changed.snapshot
    else:
        raw = changed.roles.get(name, changed.targets)
        version = signed.get("version") if isinstance(signed, dict) else 1
        snapshot["meta"][f"{name}.json"] = {**row(1, raw), "version": version}
        raw = sign_json(snapshot, TREE.signers("snapshot"))
    version = snapshot.get("version") if isinstance(snapshot, dict) else 1
    meta = {"snapshot.json": {**row(1, raw), "version": version}}
    timestamp = sign_json({**TREE.timestamp, "meta": meta}, TREE.signers("timestamp"))
    return dataclasses.replace(changed, snapshot=raw, timestamp=timestamp)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_whatever_is_signed_truly_is_a_tree_or_a_refusal_by_code(
    name: str, data: st.DataObject
) -> None:
    signed = json.loads(text_of(name))["signed"]
    parent, where = data.draw(st.sampled_from(list(spots(signed))))
    if data.draw(st.booleans()):
        parent[where] = data.draw(VALUES)
    else:
        del parent[where]
    try:
        files = signed_truly(name, signed)
    except (FormatError, UnicodeError):
        return  # canonical JSON has no floats, so such a value cannot be signed
    try:
        authority = load_tree(files)
    except TrustError as error:
        assert error.code == "E_ROLE"  # noqa: PT017 - any other refusal is a fault too
        return
    for role in authority.roles.values():
        paths = role.chain[-1].paths
        assert role.threshold >= 2 or not any(path.startswith("emergency/") for path in paths)
        assert len(role.keys) >= role.threshold >= 1
        assert "*" not in {path.partition("/")[0] for path in paths}
        assert role.kinds.isdisjoint({"time", "ack", "head"}) or role.kinds <= {
            "time",
            "ack",
            "head",
        }
