"""The requests to the kernel, by version; the command line of the launcher."""

from __future__ import annotations

import struct
import subprocess
import sys

import pytest

from agent.sandbox import enforce
from agent.sandbox.profile import DECODER, confine_argv


@pytest.mark.parametrize(
    ("abi", "files", "more"),
    [
        # kernel documentation, userspace-api/landlock: what each ABI added
        (1, 0x1FFF, ()),
        (2, 0x3FFF, ()),
        (3, 0x7FFF, ()),
        (4, 0x7FFF, (3,)),
        (5, 0xFFFF, (3,)),
        (6, 0xFFFF, (3, 3)),
        (9, 0xFFFF, (3, 3)),
    ],
)
def test_each_landlock_version_gets_all_rights_that_it_can_restrict(
    abi: int, files: int, more: tuple[int, ...]
) -> None:
    asked = enforce.build_ruleset_attr(abi)
    assert struct.unpack(f"<{len(asked) // 8}Q", asked) == (files, *more)


def test_the_launcher_executes_the_program_with_its_arguments_limits_and_pid() -> None:
    argv = confine_argv(
        DECODER, ["sh", "-c", 'echo "$0" $$; ulimit -t; ulimit -v; ulimit -f', "%"], []
    )
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.communicate()[0].split() == ["%", str(process.pid), "120", "1048576", "0"]
    assert process.returncode == 0


def test_a_program_that_is_not_installed_is_named() -> None:
    argv = confine_argv(DECODER, ["no-such-program"], [])
    result = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (127, "no-such-program is not installed\n")


def test_the_launcher_imports_few_modules() -> None:
    argv = [sys.executable, "-I", "-S", "-X", "importtime", enforce.__file__, "1,1", "", "", "none"]
    said = subprocess.run(argv, capture_output=True, text=True, check=False).stderr
    loaded = {line.split("|")[-1].strip() for line in said.splitlines()}
    assert "ctypes" in loaded
    assert loaded.isdisjoint({"typing", "dataclasses", "re", "inspect", "collections", "pathlib"})


def test_a_refused_confinement_is_printed_and_the_program_still_runs() -> None:
    argv = confine_argv(DECODER, ["sh", "-c", "echo on air"], [])
    argv[argv.index(enforce.__file__) + 2] = "00" * 8  # no BPF program ends with this instruction
    result = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "on air\n")
    assert result.stderr.startswith("not confined: ")
