"""What looked at a play decides its level, and whether it was heard."""

from __future__ import annotations

import pytest

from agent.contract.proof import ProofMethod
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
        # the horn is silent although the amplifier draws its current
        ([("current", "nga-ba", "yy"), ("microphone", "loa", "nnnn")], "A4", False, "microphone"),
        # one line of two has no power
        ([("current", "nga-ba", "yy"), ("current", "tram-y-te", "nn")], "A2", False, "current"),
        ([("microphone", "loa", "nnnn")], "A2", False, "microphone"),
        ([("contact", "nga-ba", "n")], "A2", False, "contact"),
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


def test_it_names_the_zone_without_current_and_keeps_the_scores() -> None:
    looks: list[tuple[ProofMethod, str, str]] = [
        ("current", "nga-ba", "yy"), ("current", "tram-y-te", "nn")
    ]  # fmt: skip
    proof = evidence(*looks).judge("e", 7, "A2")
    assert proof is not None
    assert proof.zones == ["tram-y-te"]
    assert proof.scores == ["current nga-ba 0.70 2 of 2", "current tram-y-te 0.10 0 of 2"]
