"""The heaps of glibc: `malloc_info(3)` writes one <heap> for each; `statm` has what is resident."""

import mmap
import subprocess
import sys

COUNT = """
import ctypes, os, tempfile, threading
from pathlib import Path
{before}
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
gate = threading.Barrier(5)

def work():
    block = bytearray(40_000)  # more than Python's own allocator takes
    gate.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
gate.wait()
for thread in threads: thread.join()
fd, path = tempfile.mkstemp()
stream = ctypes.c_void_p(libc.fdopen(fd, b"w"))
libc.malloc_info(0, stream)
libc.fclose(stream)
print(Path(path).read_text().count("<heap "))
os.unlink(path)
"""


def count_heaps(before: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", COUNT.format(before=before)],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    return int(run.stdout)


def test_all_threads_share_one_heap() -> None:
    assert count_heaps("") > 1  # what it is about
    assert count_heaps("from agent.malloc import limit_heap; limit_heap()") == 1


KEEP = """
from pathlib import Path
{before}

def pages():
    return int(Path("/proc/self/statm").read_text().split()[1])

first = bytearray(5_000_000)
del first
before = pages()
picture = bytearray(5_000_000)
behind = bytearray(40_000)
del picture
print(pages() - before)
"""


def count_kept_pages(before: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", KEEP.format(before=before)],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    return int(run.stdout)


def test_the_memory_of_a_freed_picture_goes_back() -> None:
    whole = 5_000_000 // mmap.PAGESIZE
    assert count_kept_pages("") > whole - 50  # what it is about
    assert count_kept_pages("from agent.malloc import map_pictures; map_pictures()") < 100
