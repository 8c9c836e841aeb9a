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
        self.is_lost = False
        self.mono_s = 1000.0
        self.proofs = PlayProofs(
            any_, self.set_issue, zones={"loa": frozenset({"nga-ba", "cho"})},
            witnesses=frozenset({"loa", "nga-ba"}),
            is_lost=lambda _output: self.is_lost, mono=lambda: self.mono_s,
        )  # fmt: skip
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


PLAY: Any = SimpleNamespace(
    output="loa", zones=["nga-ba"], proof="A2", medium="sound", safe_mode=None
)
SAFE_PLAY: Any = SimpleNamespace(
    output="loa", zones=["nga-ba"], proof="A2", medium="sound", safe_mode=True
)
ELSEWHERE: Any = SimpleNamespace(
    output="bang", zones=["mat"], proof="A2", medium="sound", safe_mode=None
)


async def play(box: Box, *looks: Look, what: Any = PLAY) -> None:
    key = await box.log.open_play(what)
    for look in looks:
        box.proofs.add(look)
    await box.log.close_play(key, what)


def verdicts(box: Box) -> list[tuple[str, bool | None, str | None, str | None]]:
    proofs = filter(None, (read_proof(detail) for _, detail in box.details))
    return [(one.level, one.heard, one.method, one.why) for one in proofs]


async def test_a_play_that_was_heard_is_proved_after_its_record() -> None:
    box = Box()
    await play(box, *[FOUND] * 4)
    ((kind, detail),) = box.details
    assert kind == "config"  # a kind that every centre since 0.1.0 takes
    proof = read_proof(detail)
    assert proof is not None
    assert (proof.epoch, proof.seq, proof.level, proof.heard) == ("e", 41, "A5", True)


async def test_a_play_that_nothing_can_look_at_has_no_proof() -> None:
    box = Box()
    await play(box, what=ELSEWHERE)
    assert box.details == []


async def test_what_is_not_known_says_why_and_is_never_heard() -> None:
    box = Box()
    await play(box)
    await play(box, what=SAFE_PLAY)
    box.is_lost = True
    await play(box, NOTHING)
    assert verdicts(box) == [
        ("A2", None, None, "too_short"),
        ("A2", None, None, "safe_mode"),
        ("A2", None, None, "monitor_lost"),
    ]
    assert box.issues == {}


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
    assert [heard for _, heard, _, _ in verdicts(box)] == [True, None]


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


async def test_looks_of_two_plays_are_not_added_up() -> None:
    box = Box()
    for _ in range(5):
        await play(box, NOTHING, NOTHING)
    assert box.issues == {}


async def test_a_play_that_was_judged_silent_is_an_issue_until_the_sound_is_found() -> None:
    box = Box()
    await play(box, *[NOTHING] * 3)
    assert list(box.issues) == ["not_heard loa"]
    await play(box)  # nothing looked: it may be silent still
    assert list(box.issues) == ["not_heard loa"]
    await play(box, FOUND)
    assert box.issues == {}


async def test_a_zone_is_silent_until_every_method_that_missed_it_finds_it() -> None:
    box = Box()
    key = await box.log.open_play(PLAY)
    fault = Look("contact", "nga-ba", is_found=False)
    drawn = Look("current", "nga-ba", is_found=True, value=0.9)
    for look in (fault, fault, fault, drawn):
        box.proofs.add(look)
    assert box.issues == {"not_heard nga-ba": "contact: the amplifier reports a fault"}
    box.proofs.add(Look("contact", "nga-ba", is_found=True))
    assert box.issues == {}
    await box.log.close_play(key, PLAY)
    ((level, heard, method, _),) = verdicts(box)
    assert (level, heard, method) == ("A2", False, "contact")
    assert list(box.issues) == ["not_heard nga-ba"]  # it was silent for a part of it


async def test_a_person_who_hears_it_proves_the_play_that_sounds() -> None:
    box = Box()
    key = await box.log.open_play(PLAY)
    await box.proofs.confirm("chua")
    await box.proofs.confirm("nga-ba")
    await box.log.close_play(key, PLAY)
    assert verdicts(box) == [("A6", True, "person", None)]


async def test_a_person_who_says_so_later_raises_the_last_play_for_a_quarter_of_an_hour() -> None:
    box = Box()
    await play(box, *[NOTHING] * 3)
    box.mono_s += 899
    await box.proofs.confirm(None)
    assert verdicts(box) == [
        ("A2", False, "microphone", None), ("A6", True, "person", None),
    ]  # fmt: skip
    box.mono_s += 2
    await box.proofs.confirm(None)
    assert len(box.details) == 2


async def test_the_zones_of_a_play_are_those_that_its_record_names_in_the_end() -> None:
    box = Box()
    begun: Any = SimpleNamespace(
        output="loa", zones=["nga-ba"], proof="A2", medium="sound", safe_mode=None
    )
    ended: Any = SimpleNamespace(
        output="loa", zones=["cho"], proof="A2", medium="sound", safe_mode=None
    )
    key = await box.log.open_play(begun)
    for where, is_found in (("cho", True), ("nga-ba", False)):
        for _ in range(3):
            box.proofs.add(Look("current", where, is_found, 0.5))
    await box.log.close_play(key, ended)
    assert verdicts(box) == [("A4", True, "current", None)]


PICTURE: Any = SimpleNamespace(
    output="loa", zones=["nga-ba"], proof="A2", medium="picture", safe_mode=None
)
OURS, FOREIGN = Look("card", "nga-ba", is_found=True), Look("card", "nga-ba", is_found=False)


async def test_a_picture_that_the_control_card_confirms_is_b2_and_one_that_it_denies_is_b1() -> (
    None
):
    box = Box()
    await play(box, OURS, what=PICTURE)
    await play(box, FOREIGN, FOREIGN, OURS, what=PICTURE)
    proofs = [read_proof(detail) for _, detail in box.details]
    assert [(one.level, one.heard, one.method) for one in proofs if one is not None] == [
        ("B2", True, "card"),
        ("B1", False, "card"),
    ]
    assert box.issues == {}  # the card's own issues say what is wrong


async def test_a_person_who_hears_something_says_nothing_of_pictures() -> None:
    box = Box()
    key = await box.log.open_play(PICTURE)
    await box.proofs.confirm(None)
    await box.log.close_play(key, PICTURE)
    (proof,) = [read_proof(detail) for _, detail in box.details]
    assert proof is not None
    assert (proof.level, proof.heard) == ("B1", None)
