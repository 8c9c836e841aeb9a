"""A fuzzer for the first six steps of the verdict: what an enemy's bytes reach before any trust.

By hand: `pip install atheris`, then
`python tests/fuzz/fuzz_verify.py -max_total_time=3600 -max_len=360448 FOLDER`, where FOLDER keeps
what it finds of interest. It ends with a trace when anything but a refusal with a code of ours
comes out, when something is accepted, or when a verdict costs more than its length allows.

The keys are known to the fuzzer: an input that begins with S is taken for a payload and signed
here, so that the steps behind the signatures are reached too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["agent"]):
    from agent.errors import TrustError
    from tests.harness.signed_documents import COMMUNE, GOOD, judge, playlist, seal

import json

CODES = {
    "E_SIZE", "E_JSON", "E_ENVELOPE", "E_TYPE", "E_ROLE", "E_THRESHOLD", "E_SCHEMA", "E_STATION",
    "E_SCOPE", "E_HOURS", "E_PRIO", "E_EXPIRED", "E_NOTYET", "E_TTL", "E_TIME", "E_STALE",
    "E_REPLAY", "E_FORK", "E_URL", "E_POLICY", "E_UNSUPPORTED",
}  # fmt: skip


BASE_S = 0.05
BYTE_S = 2e-6  # with the fuzzer's own counting in it; one quadratic step of 80 KiB took 19 s


def one(data: bytes) -> None:
    """Judge one input, in a time that its length bounds."""
    began_s = time.thread_time()
    _judge_one(data)
    spent_s = time.thread_time() - began_s
    if spent_s > BASE_S + BYTE_S * len(data):
        raise AssertionError(f"{spent_s} s for {len(data)} bytes")


def _judge_one(data: bytes) -> None:
    is_signed = data[:1] == b"S"
    envelope = seal(data[1:], COMMUNE, kind="playlist") if is_signed else data
    try:
        judge(envelope)
    except TrustError as error:
        if error.code not in CODES:
            raise
    else:
        if not is_signed and envelope != GOOD:
            raise AssertionError(envelope)


def main() -> None:
    """Begin with a good envelope and a good payload, so that depth is reached at once."""
    folder = next((Path(word) for word in sys.argv[1:] if not word.startswith("-")), None)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "good-envelope").write_bytes(GOOD)
        (folder / "good-payload").write_bytes(b"S" + json.dumps(playlist()).encode())
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
