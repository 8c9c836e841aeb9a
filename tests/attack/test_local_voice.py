"""Attacks 134 and 135 of the catalogue: a microphone that nobody signed, and what captures it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.clock import Clock, Now
from agent.overrides.local_voice import list_voice_keys
from agent.plan.local_voice import NOT_ALLOWED, VoiceRefusal
from agent.playout.schedule import Schedule
from agent.playout.voice_items import VoiceItems
from agent.sandbox import enforce
from agent.sandbox.profile import find_missing
from agent.settings.model import Settings
from agent.state.voice_press import VoicePress
from tests.harness.silent_schedule import START, FakeHeld, emergency, playlist
from tests.harness.station_settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
EDITED = {
    "voice_inputs": [{"name": "la", "device": "USB", "max_min": 240}],
    "inputs": [{"name": "nut", "kind": "emergency-microphone-key", "profile": "sim-input"}],
    "policy": {"quiet_hours": []},
}
# what code in the capture process tries, once its device is open; prints a name and an errno
CAPTURED = """
import errno, json, os, signal, socket, sys
from agent.sandbox.profile import confine_capture
control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
key, fresh, parent = sys.argv[1], sys.argv[2], int(sys.argv[3])
confine_capture()
def attempt(work):
    try:
        work()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
tried = {
    "key": attempt(lambda: os.open(key, os.O_RDONLY)),
    "fresh": attempt(lambda: os.open(fresh, os.O_CREAT | os.O_WRONLY)),
    "socket": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
    "fork": attempt(os.fork),
    "program": attempt(lambda: os.execv("/bin/true", ["true"])),
    "signal": attempt(lambda: os.kill(parent, 0)),
    "control": attempt(lambda: control.send(b"beat")),
}
print(json.dumps(tried))
"""


@pytest.mark.parametrize("held", [[], [playlist()], [playlist(), emergency()]])
def test_attack_134_settings_that_name_a_microphone_give_nobody_a_voice(
    held: list[FakeHeld],
) -> None:
    settings = msgspec.convert({**SETTINGS, **EDITED}, Settings)
    (key,) = list_voice_keys(settings)
    schedule = Schedule(settings.policy, lambda _digest: None)
    now = Now(START, "SYNCED", 0.01)
    documents: Any = held
    schedule.update(documents, now)
    items = VoiceItems(
        settings.voice_inputs, VoicePress(), schedule.documents, settings.policy, Clock(START)
    )
    for is_emergency in (key.is_emergency, False):
        refusal = items.judge(schedule, now, ["*"], is_emergency)
        assert isinstance(refusal, VoiceRefusal)
        assert (refusal.code, refusal.rule) == ("E_POLICY", NOT_ALLOWED)


@pytest.mark.skipif("seccomp" in find_missing(), reason="the kernel has no seccomp")
def test_attack_135_code_in_the_capture_reaches_no_file_no_network_and_no_process(
    tmp_path: Path,
) -> None:
    key, fresh = tmp_path / "device.key", tmp_path / "fresh"
    key.write_text("secret")
    run = subprocess.run(
        [sys.executable, "-c", CAPTURED, str(key), str(fresh), "1"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    tried = json.loads(run.stdout)
    assert tried.pop("control") == "done"  # its socket to the agent works
    if not enforce.query_landlock_abi():
        tried.pop("key")
    assert tried == dict.fromkeys(tried, "EPERM") | ({"key": "EACCES"} if "key" in tried else {})
    assert not fresh.exists()
