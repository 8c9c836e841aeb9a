"""The centre's voice may be a service: a command posts the words and writes the WAV it gets."""

from __future__ import annotations

import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agent.errors import ConfigError
from central.documents.preparation.prepare import Preparation
from central.documents.read_aloud import read_aloud
from speech.dialect import CENTRAL

WORDS = "lũ về. bà con di chuyển ngay"
# as `curl -sSf -d @- -o {out} URL`, without needing curl
POST = """
import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], data=sys.stdin.buffer.read(), timeout=30) as answer:
    with open(sys.argv[2], "wb") as out:
        shutil.copyfileobj(answer, out)
"""


class VoiceService(BaseHTTPRequestHandler):
    """Reads what is posted in a voice of its own; any other path than `/vi` is out of order."""

    said: list[str]

    def do_POST(self) -> None:
        words = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/vi":
            self.send_error(503)
            return
        self.said.append(words)
        argv = ["espeak-ng", "-v", "vi-vn-x-central", "-p", "30", "-s", "100", "--stdout", words]
        sound = subprocess.run(argv, capture_output=True, check=True, timeout=30).stdout
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.end_headers()
        self.wfile.write(sound)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's
        """Nothing goes to stderr."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """The command line up to the path of its address, and what it was asked to say."""
    said: list[str] = []
    handler = type("Service", (VoiceService,), {"said": said})
    (tmp_path / "post.py").write_text(POST, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="voice service")
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield f"{sys.executable} {tmp_path / 'post.py'} {url}", said
        finally:
            server.shutdown()
            thread.join()


def test_each_sentence_is_rendered_by_the_service_and_prepared_like_a_recording(
    service: tuple[str, list[str]], tmp_path: Path
) -> None:
    command, said = service
    out = tmp_path / "tin.wav"
    wanted = Preparation(chime_before=False)
    made = read_aloud(WORDS, CENTRAL, out, wanted, engine=f"{command}/vi {{out}}")
    assert said == ["lũ về.", "bà con di chuyển ngay"]
    with wave.open(str(out)) as sound:
        assert 2 < sound.getnframes() / sound.getframerate() < 6
    assert made.whole.loudness.lufs == pytest.approx(-16, abs=2)


def test_a_service_that_is_out_of_order_is_an_error_and_leaves_nothing(
    service: tuple[str, list[str]], tmp_path: Path
) -> None:
    command, _ = service
    out = tmp_path / "tin.wav"
    with pytest.raises(ConfigError, match="E_CLIP"):
        read_aloud(WORDS, CENTRAL, out, Preparation(), engine=f"{command}/broken {{out}}")
    assert not out.exists()
