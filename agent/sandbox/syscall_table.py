"""System calls by number, for the three architectures of stations.

Columns: x86-64, arm64, 32-bit ARM (EABI); None where an architecture lacks the call. The numbers
are those of the kernel's `asm/unistd.h`; a test compares them with libseccomp's own tables.
"""

from __future__ import annotations

Row = tuple[int | None, int | None, int | None]
HIGHEST = 450  # set_mempolicy_home_node, Linux 5.17; later calls return ENOSYS

# makes or joins a connection
NETWORK: dict[str, Row] = {
    "socket": (41, 198, 281),
    "connect": (42, 203, 283),
    "bind": (49, 200, 282),
    "listen": (50, 201, 284),
    "accept": (43, 202, 285),
    "accept4": (288, 242, 366),
}
# makes a process
FORK: dict[str, Row] = {
    "fork": (57, None, 2),
    "vfork": (58, None, 190),
}
# runs another program
EXEC: dict[str, Row] = {
    "execve": (59, 221, 11),
    "execveat": (322, 281, 387),
}
# reads or drives another process, or watches the kernel
INSPECT: dict[str, Row] = {
    "ptrace": (101, 117, 26),
    "process_vm_readv": (310, 270, 376),
    "process_vm_writev": (311, 271, 377),
    "kcmp": (312, 272, 378),
    "pidfd_open": (434, 434, 434),
    "pidfd_getfd": (438, 438, 438),
    "process_madvise": (440, 440, 440),
    "process_mrelease": (448, 448, 448),
    "perf_event_open": (298, 241, 364),
    "bpf": (321, 280, 386),
    "userfaultfd": (323, 282, 388),
}
# ends another process
SIGNAL: dict[str, Row] = {
    "kill": (62, 129, 37),
    "tkill": (200, 130, 238),
    "tgkill": (234, 131, 268),
    "rt_sigqueueinfo": (129, 138, 178),
    "rt_tgsigqueueinfo": (297, 240, 363),
    "pidfd_send_signal": (424, 424, 424),
}
# takes processor time from another process
SCHEDULE: dict[str, Row] = {
    "setpriority": (141, 140, 97),
    "ioprio_set": (251, 30, 314),
    "sched_setaffinity": (203, 122, 241),
    "sched_setattr": (314, 274, 380),
    "sched_setparam": (142, 118, 154),
    "sched_setscheduler": (144, 119, 156),
}
# reaches another process by System V or POSIX objects
IPC: dict[str, Row] = {
    "shmget": (29, 194, 307),
    "shmat": (30, 196, 305),
    "shmctl": (31, 195, 308),
    "semget": (64, 190, 299),
    "semctl": (66, 191, 300),
    "msgget": (68, 186, 303),
    "msgctl": (71, 187, 304),
    "mq_open": (240, 180, 274),
    "mq_unlink": (241, 181, 275),
}
# administers the system, or bypasses a filter
KERNEL: dict[str, Row] = {
    "add_key": (248, 217, 309),
    "request_key": (249, 218, 310),
    "keyctl": (250, 219, 311),
    "mount": (165, 40, 21),
    "umount": (None, None, None),
    "umount2": (166, 39, 52),
    "pivot_root": (155, 41, 218),
    "chroot": (161, 51, 61),
    "move_mount": (429, 429, 429),
    "open_tree": (428, 428, 428),
    "fsopen": (430, 430, 430),
    "fsconfig": (431, 431, 431),
    "fsmount": (432, 432, 432),
    "fspick": (433, 433, 433),
    "mount_setattr": (442, 442, 442),
    "swapon": (167, 224, 87),
    "swapoff": (168, 225, 115),
    "reboot": (169, 142, 88),
    "sethostname": (170, 161, 74),
    "setdomainname": (171, 162, 121),
    "init_module": (175, 105, 128),
    "finit_module": (313, 273, 379),
    "delete_module": (176, 106, 129),
    "kexec_load": (246, 104, 347),
    "kexec_file_load": (320, 294, 401),
    "acct": (163, 89, 51),
    "quotactl": (179, 60, 131),
    "quotactl_fd": (443, 443, 443),
    "stime": (None, None, None),
    "settimeofday": (164, 170, 79),
    "clock_settime": (227, 112, 262),
    "clock_settime64": (None, None, 404),
    "clock_adjtime": (305, 266, 372),
    "clock_adjtime64": (None, None, 405),
    "adjtimex": (159, 171, 124),
    "syslog": (103, 116, 103),
    "iopl": (172, None, None),
    "ioperm": (173, None, None),
    "name_to_handle_at": (303, 264, 370),
    "open_by_handle_at": (304, 265, 371),
    "fanotify_init": (300, 262, 367),
    "fanotify_mark": (301, 263, 368),
    "io_uring_setup": (425, 425, 425),
    "io_uring_enter": (426, 426, 426),
    "io_uring_register": (427, 427, 427),
    "unshare": (272, 97, 337),
    "setns": (308, 268, 375),
    "vhangup": (153, 58, 111),
}
# changes a folder's entries or a file's length by name
WRITE: dict[str, Row] = {
    "creat": (85, None, 8),
    "unlink": (87, None, 10),
    "unlinkat": (263, 35, 328),
    "rename": (82, None, 38),
    "renameat": (264, 38, 329),
    "renameat2": (316, 276, 382),
    "mkdir": (83, None, 39),
    "mkdirat": (258, 34, 323),
    "rmdir": (84, None, 40),
    "link": (86, None, 9),
    "linkat": (265, 37, 330),
    "symlink": (88, None, 83),
    "symlinkat": (266, 36, 331),
    "mknod": (133, None, 14),
    "mknodat": (259, 33, 324),
    "truncate": (76, 45, 92),
    "truncate64": (None, None, 193),
}
# changes owner, mode, times or attributes: Landlock covers none of them
METADATA: dict[str, Row] = {
    "chmod": (90, None, 15),
    "fchmod": (91, 52, 94),
    "fchmodat": (268, 53, 333),
    "chown": (92, None, 182),
    "chown32": (None, None, 212),
    "fchown": (93, 55, 95),
    "fchown32": (None, None, 207),
    "lchown": (94, None, 16),
    "lchown32": (None, None, 198),
    "fchownat": (260, 54, 325),
    "utime": (132, None, None),
    "utimes": (235, None, 269),
    "futimesat": (261, None, 326),
    "utimensat": (280, 88, 348),
    "utimensat_time64": (None, None, 412),
    "setxattr": (188, 5, 226),
    "lsetxattr": (189, 6, 227),
    "fsetxattr": (190, 7, 228),
    "removexattr": (197, 14, 235),
    "lremovexattr": (198, 15, 236),
    "fremovexattr": (199, 16, 237),
}
# is filtered by its arguments
JUDGED: dict[str, Row] = {
    "open": (2, None, 5),
    "openat": (257, 56, 322),
    "openat2": (437, 437, 437),
    "clone": (56, 220, 120),
    "clone3": (435, 435, 435),
    "prlimit64": (302, 261, 369),
    "prctl": (157, 167, 172),
    "fcntl": (72, 25, 55),
    "fcntl64": (None, None, 221),
    "ioctl": (16, 29, 54),
    "socket": NETWORK["socket"],
}
