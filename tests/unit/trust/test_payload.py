"""Documents with unknown members: ignored, or refused by name."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from agent.contract.document import Playlist
from agent.errors import TrustError
from agent.trust.payload import decode_payload, open_payload
from tests.harness.signed_documents import playlist, station_config

NEWS: dict[str, Any] = {"essential": True, "field": 3, "source": "UBND xã", "ref": "12/TB-UBND"}


def opened(document: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    return open_payload(document["kind"], json.dumps(document, ensure_ascii=False).encode())


def with_entry(crit: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(playlist())
    document["entries"][0].update(changes)
    return document | ({} if crit is None else {"crit": crit})


def refusal(document: dict[str, Any]) -> TrustError:
    with pytest.raises(TrustError) as caught:
        opened(document)
    return caught.value


def test_an_unknown_member_is_named_and_the_rest_is_the_same() -> None:
    plain, ignored = opened(playlist())
    assert ignored == ()
    document, ignored = opened(with_entry(mood="calm") | {"weather": {"a": [1]}})
    assert ignored == ("entries.mood", "weather")
    assert document == plain


def test_an_unknown_critical_member_is_refused_by_name_though_the_rest_has_another_form() -> None:
    document = with_entry(["entries.start.kind=sunrise"], start={"kind": "sunrise"})
    error = refusal(document)
    assert error.code == "E_UNSUPPORTED"
    assert "entries.start.kind=sunrise" in error.hint
    assert refusal(with_entry(start={"kind": "sunrise"})).code == "E_SCHEMA"


def test_a_known_member_that_is_not_implemented_cannot_be_critical() -> None:
    assert refusal(with_entry(["do=resend"])).code == "E_UNSUPPORTED"


@pytest.mark.parametrize("critical", [[], None, "seq", ["seq", "seq"]])
def test_a_malformed_crit_is_refused(critical: Any) -> None:
    error = refusal(playlist() | {"crit": critical})
    assert error.code == "E_SCHEMA"
    assert "crit" in error.hint


def test_every_kind_of_document_may_have_critical_members() -> None:
    assert opened(station_config() | {"crit": ["policy.caps"]})[1] == ()
    assert refusal(station_config() | {"crit": ["policy.siren"]}).code == "E_UNSUPPORTED"


def test_the_description_of_an_entry_is_read_and_needs_no_crit() -> None:
    document, ignored = opened(with_entry(**NEWS))
    assert isinstance(document, Playlist)
    entry = document.entries[0]
    assert (entry.essential, entry.field, entry.source, entry.ref) == tuple(NEWS.values())
    assert ignored == ()


def test_an_advert_is_refused_unless_the_document_lists_it_as_critical() -> None:
    assert "entries.advert" in refusal(with_entry(advert=True)).hint
    assert refusal(with_entry(["seq"], advert=True)).code == "E_SCHEMA"
    document, _ = opened(with_entry(["entries.advert"], advert=True))
    assert document.entries[0].advert is True
    assert opened(with_entry(advert=False))[1] == ()


@pytest.mark.parametrize(
    "changes", [{"field": 0}, {"field": 7}, {"source": ""}, {"ref": "a" * 257}, {"essential": 1}]
)
def test_a_description_out_of_range_is_refused(changes: dict[str, Any]) -> None:
    assert refusal(with_entry(**changes)).code == "E_SCHEMA"


def test_our_own_encoding_with_crit_gets_the_same_verdict_on_the_fast_path() -> None:
    import msgspec

    document, _ = opened(with_entry(["entries.advert"], advert=True, **NEWS))
    assert decode_payload("playlist", msgspec.json.encode(document)) == document
    unknown = msgspec.structs.replace(document, crit=["entries.advert", "entries.song"])
    with pytest.raises(TrustError, match=r"entries\.song") as caught:
        decode_payload("playlist", msgspec.json.encode(unknown))
    assert caught.value.code == "E_UNSUPPORTED"


def test_a_document_without_new_members_keeps_its_encoding() -> None:
    import msgspec

    document, _ = opened(playlist())
    written = json.loads(msgspec.json.encode(document))
    assert not {"crit", "advert", *NEWS} & {*written, *written["entries"][0]}
