/* Hostile code inside a helper: tries what it must not do, one line an attempt: NAME ERRNO.
   KEY, STATE, FRESH and SHELL come as -D; the last argument of -i is the medium. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <asm/sockios.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *name, long result) {
    printf("%s %d\n", name, result < 0 ? errno : 0);
    fflush(stdout);
}

static long reach(pid_t pid, const char *what) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
    return open(path, O_RDONLY);
}

int main(int argc, char **argv) {
    const char *medium = "";
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "-i")) medium = argv[i + 1];
    pid_t agent = getppid();
    int media = open(medium, O_RDONLY);
    tell("medium", media);
    tell("read_key", open(KEY, O_RDONLY));
    tell("read_state", open(STATE, O_RDONLY));
    tell("write_state", open(STATE, O_WRONLY));
    tell("chmod_state", chmod(STATE, 0600));
    tell("chmod_medium", fchmod(media, 0600));
    tell("truncate_state", truncate(STATE, 7));
    tell("rename_state", rename(STATE, STATE ".gone"));
    tell("unlink_state", unlink(STATE ".gone"));
    tell("write_fresh", open(FRESH, O_WRONLY | O_CREAT, 0600));
    tell("inet", socket(AF_INET, SOCK_STREAM, 0));
    tell("inet6", socket(AF_INET6, SOCK_DGRAM, 0));
    tell("unix", socket(AF_UNIX, SOCK_STREAM, 0));
    tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    tell("signal", kill(agent, 0));
    /* a descriptor that becomes readable sends a signal to its owner (fcntl(2)) */
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    tell("own_signal", fcntl(pair[0], F_SETSIG, SIGURG));
    tell("owner", fcntl(pair[0], F_SETOWN, agent));
    struct f_owner_ex owner = {F_OWNER_PID, agent};
    tell("owner_ex", fcntl(pair[0], F_SETOWN_EX, &owner));
    tell("owner_ioctl", ioctl(pair[0], FIOSETOWN, &agent));
    tell("priority", setpriority(PRIO_PROCESS, agent, 1));
    tell("pidfd", syscall(SYS_pidfd_open, agent, 0));
    tell("environ", reach(agent, "environ"));
    tell("memory", reach(agent, "mem"));
    struct iovec nothing = {0, 0};
    tell("peek", process_vm_readv(agent, &nothing, 1, &nothing, 1, 0));
    tell("namespace", unshare(CLONE_NEWUSER));
    struct io_uring_params ring;
    memset(&ring, 0, sizeof ring);
    tell("io_uring", syscall(SYS_io_uring_setup, 1, &ring));
    long child = fork();
    if (child == 0) _exit(0);
    tell("fork", child);
    if (child > 0) waitpid(child, 0, 0);
    /* The last: where it succeeds, the program is gone. */
    fflush(stdout);
    execl(SHELL, "sh", "-c", "echo shell 0", (char *)0);
    tell("shell", -1);
    return 0;
}
