"""Attacks 151 and 152: pictures that nobody signed, by an item that grants an input of a wall."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent.contract.document import Body, Playlist
from agent.contract.feature import must_be_critical
from agent.contract.scene import MAX_INPUT_MS, Element, Scene
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import build_timeline
from agent.trust.item_rules import check_playlist
from agent.trust.schema_error import SchemaError
from tests.harness.schedule_documents import START, FakeHeld, playlist

NOTICE = Element("text", [0, 0, 1000, 1000], text="Lễ hội")


def granting(name: str, ms: int = 3_600_000, repeat: int = 1) -> Playlist:
    """Two items a day that grant an input."""
    document = playlist().document
    assert isinstance(document, Playlist)
    body = Body(scene=Scene([NOTICE], ms, input=name), repeat=repeat)
    entries = [msgspec.structs.replace(one, body=body) for one in document.entries]
    return msgspec.structs.replace(document, entries=entries, media=[])


def plan(document: Playlist, *granted: str) -> tuple[int, set[tuple[str, str]]]:
    """How often the box would show it, and what it refuses."""
    held = FakeHeld(document, "56" * 32, START)
    policy = EffectivePolicy((), inputs=frozenset(granted))
    timeline = build_timeline([held], policy, START, START + timedelta(days=1))
    return len(timeline.occurrences), {(one.code, one.rule) for one in timeline.refusals}


def test_attack_151_a_content_key_alone_opens_no_input_of_a_wall() -> None:
    """Who may sign playlists cannot show an input that the station-config does not name."""
    document = granting("sdi")
    assert plan(document) == (0, {("E_POLICY", "inputs sdi")})
    assert plan(document, "dvi") == (0, {("E_POLICY", "inputs sdi")})
    count, refused = plan(document, "sdi")
    assert (count > 0, refused) == (True, set())


def test_attack_151_a_box_that_does_not_know_inputs_refuses_the_playlist_by_name() -> None:
    assert must_be_critical(granting("sdi")) == {"entries.body.scene.input"}


@pytest.mark.parametrize(
    ("ms", "repeat", "name"),
    [
        (MAX_INPUT_MS + 1, 1, "sdi"),
        (3_600_000, 2, "sdi"),
        (3_600_000, 1, "SDI"),
        (3_600_000, 1, ""),
        (3_600_000, 1, "sdi\n"),
    ],
)
def test_attack_152_an_input_that_is_left_open_for_long_is_refused(
    ms: int, repeat: int, name: str
) -> None:
    with pytest.raises(SchemaError):
        check_playlist(granting(name, ms, repeat))


def test_attack_152_four_hours_are_taken() -> None:
    assert timedelta(hours=4) // timedelta(milliseconds=1) == MAX_INPUT_MS
    check_playlist(granting("sdi", MAX_INPUT_MS))
