"""What looked at a play decides its level, and whether it was heard."""

from __future__ import annotations

from typing import Any, cast

import pytest

from agent.contract.proof import PlayProof, ProofMethod, UnknownReason
from agent.verifier.play_evidence import Look, PlayEvidence


def evidence(*looks: tuple[ProofMethod, str, str]) -> PlayEvidence:
    """Looks as (method, where, one letter a look: y found, n not)."""
    play = PlayEvidence("loa", frozenset({"nga-ba", "tram-y-te"}))
    for method, where, found in looks:
        for letter in found:
            play.add(Look(method, where, letter == "y", 0.7 if letter == "y" else 0.1))
    return play


@pytest.mark.parametrize(
    ("looks", "level", "heard", "method"),
    [
        ([("microphone", "loa", "yyynyyyy")], "A5", True, "microphone"),
        ([("line", "loa", "yyyy")], "A3", True, "line"),
        ([("current", "nga-ba", "yy")], "A4", True, "current"),
        ([("contact", "nga-ba", "y")], "A4", True, "contact"),
        ([("contact", "nga-ba", "yynnyy")], "A4", True, "contact"),  # for less than three seconds
        # its fault comes when most of the play is over
        ([("contact", "nga-ba", "yyyyyyyyyynnn")], "A2", False, "contact"),
        ([("person", "nga-ba", "y")], "A6", True, "person"),
        # the microphone is covered: somebody hears the sound
        ([("microphone", "loa", "nnnn"), ("person", "nga-ba", "y")], "A6", True, "person"),
        ([("current", "nga-ba", "nn"), ("person", "loa", "y")], "A6", True, "person"),
        # one zone is heard, the other one's amplifier reports a fault
        ([("person", "nga-ba", "y"), ("contact", "tram-y-te", "nnn")], "A2", False, "contact"),
        # the horn is silent although the amplifier draws its current
        ([("current", "nga-ba", "yy"), ("microphone", "loa", "nnnn")], "A4", False, "microphone"),
        # one line of two has no power
        ([("current", "nga-ba", "yy"), ("current", "tram-y-te", "nn")], "A2", False, "current"),
        ([("microphone", "loa", "nnnn")], "A2", False, "microphone"),
        ([("contact", "nga-ba", "nnn")], "A2", False, "contact"),
        # muted midway: less than half of it was heard
        ([("microphone", "loa", "yyynnnnn")], "A2", False, "microphone"),
    ],
)
def test_the_furthest_that_found_it_gives_the_level_and_the_furthest_that_did_not_the_verdict(
    looks: list[tuple[ProofMethod, str, str]], level: str, *, heard: bool, method: str
) -> None:
    proof = evidence(*looks).judge("e", 7, "A2")
    assert proof is not None
    assert (proof.level, proof.heard, proof.method) == (level, heard, method)
    assert (proof.epoch, proof.seq) == ("e", 7)


@pytest.mark.parametrize(
    "looks",
    [
        [],
        [("microphone", "loa", "nn")],  # two looks are no proof of silence
        [("current", "nga-ba", "n")],
        [("microphone", "bang-tin", "nnnnn")],  # another output
        [("current", "chua", "nnnn")],  # another zone
    ],
)
def test_too_little_says_nothing(looks: list[tuple[ProofMethod, str, str]]) -> None:
    assert evidence(*looks).judge("e", 7, "A2") is None


@pytest.mark.parametrize(
    ("witnesses", "blind", "why"),
    [
        ({"loa"}, ("loa", "drowned"), "drowned"),
        ({"loa"}, ("bang-tin", "drowned"), "too_short"),
        ({"nga-ba"}, None, "too_short"),
        ({"chua", "bang-tin"}, None, None),  # nothing can look at this play
    ],
)
def test_what_could_look_and_did_not_says_that_it_is_not_known(
    witnesses: set[str], blind: Any, why: str | None
) -> None:
    play = PlayEvidence("loa", frozenset({"nga-ba", "tram-y-te"}), frozenset(witnesses))
    if blind is not None:
        play.note_blind(*blind)
    proof = play.judge("e", 7, "A2")
    if why is None:
        assert proof is None
    else:
        assert proof == PlayProof(epoch="e", seq=7, level="A2", why=cast("UnknownReason", why))


def test_it_names_the_zone_without_current_and_keeps_the_scores() -> None:
    looks: list[tuple[ProofMethod, str, str]] = [
        ("current", "nga-ba", "yy"), ("current", "tram-y-te", "nn")
    ]  # fmt: skip
    proof = evidence(*looks).judge("e", 7, "A2")
    assert proof is not None
    assert proof.zones == ["tram-y-te"]
    assert proof.scores == ["current nga-ba 0.70 2 of 2", "current tram-y-te 0.10 0 of 2"]
