"""The real board process over a real socket; frames are judged by the PNG files and by zbarimg."""

from __future__ import annotations

import hashlib
import subprocess
import textwrap
from pathlib import Path

import msgspec
import psutil
import pytest
from PIL import Image

from agent.clock import mono_s
from agent.contract.scene import Element, Scene
from agent.play import ipc
from agent.play.ipc import Blank, BoardBeat, BoardReady, Brightness, Shown, ShowScene, WorkerFault
from tests.harness.board_harness import FACES, PATIENCE_S, STATION, Child, Start, start

__all__ = ["start"]

VIETNAMESE = "Khẩn cấp: lũ về, đề nghị bà con sơ tán ngay!"
KHMER = "សូមប្រុងប្រយ័ត្នទឹកជំនន់"


def build_show(*elements: Element, faces: list[str] | None = None, **changes: object) -> ShowScene:
    show = ShowScene(
        id="s1",
        scene=Scene(list(elements), 60_000),
        faces=faces or list(FACES),
        media={},
        until_mono_s=mono_s() + 60,
    )
    return msgspec.structs.replace(show, **changes)


NOTICE = (
    Element("text", [0, 0, 660, 500], text=VIETNAMESE, colour="#ffd000"),
    Element("text", [0, 500, 660, 500], text=KHMER, lang="km"),
    Element("qr", [660, 0, 340, 1000], text="https://gopy.example.vn/b/{station}"),
)


def is_black(picture: Image.Image) -> bool:
    return picture.getbbox() is None


def test_a_notice_in_two_scripts_with_a_qr_code_is_on_the_face_and_a_foreign_reader_decodes_it(
    start: Start,
) -> None:
    child = start()
    assert child.next() == BoardReady(list(FACES))
    child.tell(build_show(*NOTICE, faces=["mat-truoc"]))
    shown = child.next()
    assert isinstance(shown, Shown), shown
    picture = child.picture("mat-truoc")
    assert (shown.id, shown.face) == ("s1", "mat-truoc")
    assert hashlib.sha256(picture.tobytes()).hexdigest() == shown.frame_sha256
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", str(child.folder / "mat-truoc-latest.png")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert read.stdout.strip() == f"https://gopy.example.vn/b/{STATION}"
    assert is_black(child.picture("mat-sau"))


def test_a_face_goes_black_by_itself_when_its_scene_ends(start: Start) -> None:
    child = start()
    child.next()
    child.tell(build_show(NOTICE[0], until_mono_s=mono_s() + 2.5))
    for _ in FACES:
        assert isinstance(child.next(), Shown)
    assert not is_black(child.picture("mat-truoc"))
    frames_with_end = 3 * len(FACES)  # black at start, the scene, black again
    while not (isinstance(event := child.hear(), BoardBeat) and event.frames == frames_with_end):
        assert event is not None
    assert is_black(child.picture("mat-truoc"))
    assert is_black(child.picture("mat-sau"))


def test_the_process_leaves_black_faces_and_exits_when_the_agent_goes_away(start: Start) -> None:
    child = start()
    child.next()
    child.tell(build_show(NOTICE[0]))
    assert isinstance(child.next(), Shown)
    assert isinstance(child.next(), Shown)
    child.end.close()
    assert child.process.wait(PATIENCE_S) == 0
    assert is_black(child.picture("mat-truoc"))


def test_the_process_leaves_the_standby_picture_when_the_agent_goes_away(start: Start) -> None:
    child = start()
    child.next()
    slide = build_show(NOTICE[0], id="standby", faces=["mat-truoc"])
    child.tell(ipc.Standby([slide]))
    ready = child.next()
    assert isinstance(ready, ipc.StandbyReady)
    child.tell(build_show(NOTICE[1]))
    assert isinstance(child.next(), Shown)
    assert isinstance(child.next(), Shown)
    child.end.close()
    assert child.process.wait(PATIENCE_S) == 0
    picture = child.picture("mat-truoc")
    assert hashlib.sha256(picture.tobytes()).hexdigest() == ready.frame_sha256
    assert is_black(child.picture("mat-sau"))


def test_a_new_process_takes_down_what_a_killed_one_left_on_the_face(start: Start) -> None:
    first = start()
    first.next()
    first.tell(build_show(NOTICE[0]))
    first.next()
    first.next()
    first.process.kill()
    first.process.wait(PATIENCE_S)
    assert not is_black(first.picture("mat-truoc"))
    second = start()
    assert isinstance(second.next(), BoardReady)
    assert is_black(second.picture("mat-truoc"))


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (Element("image", [0, 0, 1000, 1000], media="0" * 64), "E_MEDIA"),
        (Element("text", [500, 0, 501, 1000], text="x"), "E_SCHEMA"),
        (Element("text", [0, 0, 1000, 1000], text="dài " * 900), "E_FIT"),
        (Element("text", [0, 0, 1000, 1000], text="dài " * 2001), "E_SCENE"),
        (Element("qr", [0, 0, 1000, 30], text="nhỏ"), "E_FIT"),
        (Element("clock", [0, 0, 1000, 1000], format="%c"), "E_UNSUPPORTED"),
    ],
)
def test_a_scene_that_cannot_be_drawn_is_a_named_fault_of_its_own_and_leaves_black(
    start: Start, element: Element, code: str
) -> None:
    child = start()
    child.next()
    child.tell(build_show(NOTICE[0], id="s0"))
    assert isinstance(child.next(), Shown)
    assert isinstance(child.next(), Shown)
    child.tell(build_show(element))
    failed: set[str] = set()
    while failed != set(FACES):
        fault = child.next()
        assert isinstance(fault, WorkerFault)
        assert (fault.id, fault.code) == ("s1", code)
        failed.update(fault.faces)
    assert is_black(child.picture("mat-truoc"))
    child.tell(build_show(NOTICE[0], id="s2"))
    assert isinstance(child.next(), Shown)


def test_a_scene_that_fits_one_face_is_shown_there_and_fails_on_the_other_alone(
    start: Start,
) -> None:
    child = start()
    child.next()
    # 33 modules and a quiet zone of 4 on each side, of a box of 51 and of 19 pixels
    code = Element("qr", [0, 0, 1000, 200], text="https://gopy.example.vn/b/1234567890")
    child.tell(build_show(code))
    events = {event.face if isinstance(event, Shown) else event.faces[0]: event
              for event in (child.next(), child.next())
              if isinstance(event, Shown | WorkerFault)}  # fmt: skip
    assert isinstance(events["mat-truoc"], Shown)
    assert isinstance(fault := events["mat-sau"], WorkerFault)
    assert (fault.code, fault.faces) == ("E_FIT", ["mat-sau"])
    assert not is_black(child.picture("mat-truoc"))
    assert is_black(child.picture("mat-sau"))


def test_a_picture_whose_bytes_are_not_the_signed_ones_is_refused(
    start: Start, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    good, bad = media / "good.png", media / "bad.png"
    Image.new("RGB", (64, 32), "red").save(good)
    Image.new("RGB", (64, 32), "blue").save(bad)
    digest = hashlib.sha256(good.read_bytes()).hexdigest()
    image = Element("image", [0, 0, 1000, 1000], media=digest)
    child = start()
    child.next()
    child.tell(build_show(image, media={digest: str(good)}, faces=["mat-truoc"]))
    assert isinstance(child.next(), Shown)
    assert child.picture("mat-truoc").getpixel((256, 128)) == (255, 0, 0)
    child.tell(build_show(image, media={digest: str(bad)}, faces=["mat-truoc"]))
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert fault.code == "E_MEDIA"


def test_blank_test_picture_and_brightness_are_obeyed_or_answered(start: Start) -> None:
    child = start()
    child.next()
    child.tell(ipc.Test("bars"))
    child.tell(Brightness(40))
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert (fault.code, fault.id) == ("E_UNSUPPORTED", "brightness")
    assert child.picture("mat-truoc").getpixel((10, 10)) == (255, 255, 255)
    child.tell(Blank(["mat-truoc"]))
    child.tell(Brightness(40))  # its answer tells that the blank before it is done
    child.next()
    assert is_black(child.picture("mat-truoc"))
    assert not is_black(child.picture("mat-sau"))


def test_a_message_that_is_no_command_is_answered_and_survived(start: Start) -> None:
    child = start()
    child.next()
    child.end.send(b'{"do":"dance"}')
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert fault.code == "E_SCHEMA"
    child.tell(build_show(NOTICE[0]))
    assert isinstance(child.next(), Shown)


def test_without_fribidi_the_process_refuses_to_start(start: Start, tmp_path: Path) -> None:
    # An empty library that is found first cannot be loaded: as without libfribidi0.
    for name in ("libfribidi.so", "libfribidi.so.0"):
        (tmp_path / name).write_bytes(b"")
    child = start(LD_LIBRARY_PATH=str(tmp_path))
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert (fault.code, fault.id) == ("E_RAQM", None)
    assert child.process.wait(PATIENCE_S) == 1


def noise(folder: Path, kind: str, side_px: int) -> tuple[str, str]:
    """A picture that no encoder can shorten: its digest and its path."""
    path = folder / "media" / f"{side_px}.{kind}"
    path.parent.mkdir(exist_ok=True)
    raw = hashlib.shake_128(b"109").digest(side_px * side_px * 3)
    options = {"quality": 60, "method": 0} if kind == "webp" else {"compress_level": 1}
    Image.frombytes("RGB", (side_px, side_px), raw).save(path, **options)
    return hashlib.sha256(path.read_bytes()).hexdigest(), str(path)


def test_attack_109_a_scene_over_its_budget_is_refused_before_it_is_decoded(
    start: Start, tmp_path: Path
) -> None:
    """16 megapixels of WebP, one picture in 32 elements, 8,000 characters."""
    digest, path = noise(tmp_path, "webp", 2000)
    other, small = noise(tmp_path, "png", 300)
    scenes = {
        "webp": [Element("image", [0, 0, 1000, 1000], media=digest)],
        "32": [Element("image", [0, 0, 1000, 1000 - n], media=other) for n in range(32)],
        "text": [Element("text", [0, 0, 1000, 1000], text="lũ về, " * 1200)],
    }
    child = start()
    child.next()
    for name, elements in scenes.items():
        child.tell(build_show(*elements, id=name, media={digest: path, other: small}))
        fault = child.next()
        assert isinstance(fault, WorkerFault)
        assert (fault.id, fault.code) == (name, "E_SCENE")
    small_boxes = [Element("image", [n * 30, 0, 30, 1000], media=other) for n in range(32)]
    child.tell(build_show(*small_boxes, media={other: small}))
    assert isinstance(child.next(), Shown)


def test_attack_109_an_alarm_does_not_wait_for_a_scene_that_is_slow_to_draw(
    start: Start, tmp_path: Path
) -> None:
    digest, path = noise(tmp_path, "png", 2600)
    slow = [Element("image", [0, 0, 1000, 500], media=digest)]
    slow += [Element("text", [0, 500, 1000, 500], text="lũ ve. " * 500)]
    child = start()
    child.next()
    child.tell(build_show(*slow, id="slow", media={digest: path}))
    child.tell(build_show(NOTICE[0], id="alarm"))
    for face in FACES:
        shown = child.next()
        assert isinstance(shown, Shown)
        assert (shown.id, shown.face) == ("alarm", face)
    child.tell(Brightness(40))  # its answer is the next word: nothing of the slow one comes after
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert fault.id == "brightness"


HANG = """
    import sys

    def hang(*_):
        while True:
            pass

    def profile(frame, event, _):
        if event == "call" and frame.f_code.co_name == "confine_board":
            import agent.play.board.scene_renderer

            agent.play.board.scene_renderer.SceneRenderer.draw = hang
            sys.setprofile(None)

    sys.setprofile(profile)
"""


def test_an_alarm_too_long_for_the_sign_at_the_gate_is_on_it_all_the_same(start: Start) -> None:
    """The wall shows it as it stands; the sign gets its first page."""
    words = (" ".join([VIETNAMESE] * 6), " ".join([KHMER] * 4))
    texts = [
        Element("text", [0, 500 * n, 1000, 500], text=text, background="#b00000")
        for n, text in enumerate(words)
    ]
    child = start()
    child.next()
    child.tell(build_show(*texts, faces=["mat-sau"]))
    fault = child.next()
    assert isinstance(fault, WorkerFault)
    assert (fault.code, fault.faces) == ("E_FIT", ["mat-sau"])
    child.tell(build_show(*texts, is_alarm=True, id="s2"))
    shown = [child.next() for _ in FACES]
    assert {one.face for one in shown if isinstance(one, Shown)} == set(FACES)
    assert child.picture("mat-sau").getpixel((0, 0)) == (176, 0, 0)


def test_a_process_that_draws_ends_with_its_board(start: Start, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text(textwrap.dedent(HANG))
    child = start(code=code)
    child.next()
    child.tell(build_show(NOTICE[0]))
    board = psutil.Process(child.process.pid)
    while not (renderers := board.children()):
        assert child.hear() is not None
    child.process.kill()
    gone, _ = psutil.wait_procs(renderers, PATIENCE_S)
    assert gone == renderers


def hear_frames(board: Child, more_than: int) -> int:
    """The number of frames in the next beat that has more than this."""
    while not (isinstance(beat := board.hear(), BoardBeat) and beat.frames > more_than):
        assert beat is not None
    return beat.frames


def test_a_text_that_runs_moves_on_a_confined_board(start: Start) -> None:
    board = start()
    assert isinstance(board.next(), BoardReady)
    line = Element("text", [0, 500, 1000, 500], text="Lũ về", ticker_ms=2_000)
    board.tell(
        ShowScene("s1", Scene([line], 60_000), ["mat-sau"], {}, until_mono_s=mono_s() + 3600)
    )
    assert isinstance(board.next(), Shown)
    sent = hear_frames(board, more_than=12)
    board.tell(Blank(["mat-sau"]))
    while (now := hear_frames(board, more_than=0)) != sent:
        sent = now  # it moves until it has read the command
    inked = set()
    for path in board.folder.glob("mat-sau-0*.png"):
        with Image.open(path) as picture:
            inked.add(picture.convert("RGB").getbbox())
    boxes = inked - {None}
    assert len(boxes) > 1
    assert all(box is not None and box[1] >= 48 for box in boxes)


def test_the_dictionary_of_khmer_words_is_at_hand_on_a_confined_board(start: Start) -> None:
    """The confined process breaks lines as a free one that has the dictionary."""
    from agent.play.board.khmer_words import has_dictionary
    from agent.play.board.scene_renderer import SceneContext, render

    text = Element("text", [0, 0, 1000, 1000], text="ប្រជាពលរដ្ឋត្រូវផ្លាស់ទីទៅកន្លែងសុវត្ថិភាព" * 3)
    board = start()
    assert isinstance(board.next(), BoardReady)
    board.tell(build_show(text, faces=["mat-sau"]))
    shown = board.next()
    assert isinstance(shown, Shown), shown
    free = render(Scene([text], 1), FACES["mat-sau"], SceneContext(STATION, {}))
    assert shown.frame_sha256 == hashlib.sha256(free.tobytes()).hexdigest()
    assert has_dictionary()
