"""The current of an amplifier against the state of its switch."""

from __future__ import annotations

import pytest

from agent.health.amplifier_current import CurrentProof, check_current


@pytest.mark.parametrize(
    ("line", "value", "verdict"),
    [
        ("on", 0.8, "fits"),
        ("on", 0.3, "fits"),  # the least itself is enough
        ("on", 0.02, "draws_nothing"),  # fuse blown, or the contact did not close
        ("off", 0.0, "fits"),
        ("off", 0.02, "fits"),  # a meter's zero is not quite zero
        ("off", 0.8, "draws_when_off"),  # welded
        ("off", 0.3, "draws_when_off"),
        ("settling", 0.0, "unknown"),
        ("fault", 0.8, "unknown"),
        (None, 0.8, "unknown"),
    ],
)
def test_the_verdict_on_one_sample(line: str | None, value: float, verdict: str) -> None:
    assert check_current(line, value, least=0.3) == verdict


def feel(proof: CurrentProof, *samples: tuple[str, float]) -> tuple[bool, bool]:
    for line, value in samples:
        proof.add_sample(line, value)
    return proof.draws_nothing, proof.draws_when_off


def test_one_sample_proves_nothing() -> None:
    assert feel(CurrentProof(0.3), ("on", 0.0)) == (False, False)
    assert feel(CurrentProof(0.3), ("off", 0.8)) == (False, False)


def test_two_samples_that_agree_are_a_proof_that_lasts_until_the_contrary_is_proved() -> None:
    proof = CurrentProof(0.3)
    assert feel(proof, ("on", 0.0), ("on", 0.0)) == (True, False)
    # off and drawing nothing says nothing about the fuse
    assert feel(proof, ("off", 0.0), ("off", 0.0), ("off", 0.0)) == (True, False)
    assert feel(proof, ("on", 0.8)) == (True, False)
    assert feel(proof, ("on", 0.8)) == (False, False)


def test_a_welded_relay_is_proved_while_off_and_mended_only_while_off() -> None:
    proof = CurrentProof(0.3)
    assert feel(proof, ("off", 0.8), ("off", 0.8)) == (False, True)
    assert feel(proof, ("on", 0.8), ("on", 0.8)) == (False, True)
    assert feel(proof, ("off", 0.0), ("off", 0.0)) == (False, False)


def test_a_supply_that_runs_down_after_it_was_switched_off_is_no_welded_relay() -> None:
    proof = CurrentProof(0.3)
    assert feel(proof, ("on", 0.8), ("on", 0.8), ("off", 0.5), ("off", 0.0)) == (False, False)


def test_a_line_switched_during_the_measurement_starts_a_new_proof() -> None:
    proof = CurrentProof(0.3)
    proof.add_sample("on", 0.0)
    proof.forget()
    assert feel(proof, ("on", 0.0)) == (False, False)
