"""The content of `crit`, and the unknown members of a value."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agent.contract.document import TYPE_OF_KIND, Document, Playlist, StationConfig
from agent.contract.extension import (
    UnknownCriticalError,
    known_names,
    unknown_members,
    verify_critical,
)
from agent.contract.feature import PARTS


def test_names_are_paths_without_lists_and_values_of_enumerations() -> None:
    known = known_names(Playlist)
    assert {"seq", "class", "entries.when.from", "entries.body.scene.elements.qr"} - known == {
        "entries.body.scene.elements.qr"
    }
    assert {"entries.start.kind=within", "class=routine", "entries.body.relay.url"} <= known
    assert "policy.caps.dba" in known_names(StationConfig)


def test_every_part_is_a_member_name_of_some_kind_of_document() -> None:
    all_names = {name for type_ in TYPE_OF_KIND.values() for name in known_names(type_)}
    all_names |= {f"kind={kind}" for kind in TYPE_OF_KIND}
    assert all_names.issuperset(PARTS)


@pytest.mark.parametrize(
    "critical",
    [None, "seq", {}, [], [1], [""], ["a b"], ["a..b"], ["a", "a"], ["a" * 33], ["a"] * 33, [None]],
)
def test_a_malformed_list_of_names_is_refused(critical: Any) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its subclass is what it must not be
        verify_critical(critical, {"seq", "a"})
    assert not isinstance(caught.value, UnknownCriticalError)


def test_all_unknown_names_are_reported_sorted() -> None:
    with pytest.raises(UnknownCriticalError) as caught:
        verify_critical(["z.new", "seq", "b", "relay"], {"seq", "relay"}, unsupported={"relay"})
    assert caught.value.names == ("b", "relay", "z.new")
    verify_critical(["seq"], {"seq"})


def test_unknown_members_are_named_once_by_their_path() -> None:
    value = {
        "seq": 1, "mood": 1,
        "entries": [{"id": "e1", "colour": 1, "when": {"moon": 1}}, {"colour": {"seq": 1}}],
    }  # fmt: skip
    assert unknown_members(value, Playlist) == ("mood", "entries.colour", "entries.when.moon")


def test_only_the_first_of_very_many_unknown_members_are_named() -> None:
    value = {f"{n:03d}{'a' * 300}": 1 for n in range(500)}
    told = unknown_members(value, Playlist)
    assert len(told) == 8
    assert {len(name) for name in told} == {64}


def test_members_of_a_free_value_are_not_unknown() -> None:
    value = {"args": {"gain_db": {"a": 1}}, "slots": {"vn.84/playlist/x": [1, 2, "a"]}}
    assert unknown_members({"args": value["args"]}, TYPE_OF_KIND["command"]) == ()
    assert unknown_members({"slots": value["slots"]}, TYPE_OF_KIND["head"]) == ()


@pytest.mark.parametrize("type_", TYPE_OF_KIND.values(), ids=list(TYPE_OF_KIND))
def test_no_struct_of_a_document_is_closed(type_: type[Document]) -> None:
    def structs(info: Any) -> list[Any]:
        if isinstance(info, msgspec.inspect.StructType):
            return [info.cls, *(one for field in info.fields for one in structs(field.type))]
        inner = [*getattr(info, "types", ()), getattr(info, "item_type", None)]
        return [one for part in inner if part is not None for one in structs(part)]

    for cls in structs(msgspec.inspect.type_info(type_)):
        assert not cls.__struct_config__.forbid_unknown_fields, cls
