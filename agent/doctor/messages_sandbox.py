"""Phrases about what the kernel does to confine decoder and board; see `doctor.messages`."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

SANDBOX: Catalogue = {
    "sandbox_good": Text(
        "nhân Linux cách ly bộ giải mã và bảng (Landlock {0}, seccomp)",
        "the kernel confines decoder and board (Landlock {0}, seccomp)",
    ),
    "sandbox_no_landlock": Text(
        "nhân Linux {0} không có Landlock: bộ giải mã bị chiếm thì đọc được tệp của hộp",
        "kernel {0} has no Landlock: a decoder that is taken over can read the box's files",
    ),
    "sandbox_no_landlock.step": Text(
        "hộp vẫn phát; dùng nhân 5.13 trở lên, hoặc thêm `lsm=landlock,...` vào dòng khởi động",
        "the box plays; use a kernel from 5.13 on, or boot it with `lsm=landlock,...`",
    ),
    "sandbox_no_seccomp": Text(
        "máy {0} không có seccomp: bộ giải mã bị chiếm thì mở được mạng",
        "machine {0} has no seccomp: a decoder that is taken over can open sockets",
    ),
    "sandbox_no_seccomp.step": Text(
        "hộp vẫn phát; dùng nhân Linux của Debian trên x86-64, arm64 hoặc ARM",
        "the box plays; use Debian's kernel on x86-64, arm64 or ARM",
    ),
}
