"""Each play that was looked at gets one proof record after its own; silence is an issue at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from agent.contract.proof import read_proof
from agent.verifier.play_evidence import Look
from agent.verifier.play_proofs import PlayProofs, ProofLog

FOUND, NOTHING = (
    Look("microphone", "loa", is_found=True, value=0.8),
    Look("microphone", "loa", is_found=False, value=0.12),
)


class Box:
    """A journal in memory, and the issues."""

    def __init__(self) -> None:
        self.details: list[Any] = []
        self.issues: dict[str, str] = {}
        self.is_full = False
        any_: Any = self
        self.proofs = PlayProofs(any_, self.set_issue)
        self.log = ProofLog(any_, self.proofs)

    async def open_play(self, _play: Any) -> int:
        return 3

    async def close_play(self, _key: int, _play: Any) -> Any:
        return None if self.is_full else SimpleNamespace(epoch="e", seq=41)

    async def append(self, kind: str, *, play: Any = None, detail: Any = None) -> None:
        assert play is None
        self.details.append((kind, detail))

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        if hint is None:
            self.issues.pop(f"{kind} {subject}", None)
        else:
            self.issues[f"{kind} {subject}"] = hint


PLAY: Any = SimpleNamespace(output="loa", zones=["nga-ba"], proof="A2")


async def play(box: Box, *looks: Look) -> None:
    key = await box.log.open_play(PLAY)
    for look in looks:
        box.proofs.add(look)
    await box.log.close_play(key, PLAY)


async def test_a_play_that_was_heard_is_proved_after_its_record() -> None:
    box = Box()
    await play(box, *[FOUND] * 4)
    ((kind, detail),) = box.details
    assert kind == "config"  # a kind that every centre since 0.1.0 takes
    proof = read_proof(detail)
    assert proof is not None
    assert (proof.epoch, proof.seq, proof.level, proof.heard) == ("e", 41, "A5", True)


async def test_a_play_that_nothing_looked_at_has_no_proof() -> None:
    box = Box()
    await play(box)
    assert box.details == []


async def test_a_play_whose_record_waits_for_the_disk_has_no_proof() -> None:
    box = Box()
    box.is_full = True
    await play(box, *[FOUND] * 4)
    assert box.details == []


async def test_a_look_after_its_end_belongs_to_no_play() -> None:
    box = Box()
    await play(box, *[FOUND] * 4)
    box.proofs.add(NOTHING)
    await play(box)
    assert len(box.details) == 1


async def test_five_silent_looks_are_an_issue_while_it_plays_and_sound_ends_it() -> None:
    box = Box()
    key = await box.log.open_play(PLAY)
    for _ in range(4):
        box.proofs.add(NOTHING)
    assert box.issues == {}
    box.proofs.add(NOTHING)
    assert box.issues == {"not_heard loa": "microphone: correlation 0.12"}
    box.proofs.add(FOUND)
    assert box.issues == {}
    await box.log.close_play(key, PLAY)


async def test_silence_over_several_short_plays_adds_up() -> None:
    box = Box()
    for _ in range(3):
        await play(box, NOTHING, NOTHING)
    assert list(box.issues) == ["not_heard loa"]
