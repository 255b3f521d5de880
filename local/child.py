"""Become another program that dies with its parent, under an identity that PostgreSQL accepts.

Run as a script: `python -I -S local/child.py [options] -- program argument…`. It never returns: it replaces
itself by the program, so that the supervisor sees the program's own process id, signals and exit code. Only
the standard library is used, since it starts without site-packages in some ten milliseconds.

The parent-death signal is set here, after any change of identity, because the kernel clears it when
credentials change (prctl(2), PR_SET_PDEATHSIG).
"""

import argparse
import ctypes
import os
import signal
import sys
from collections.abc import Sequence

NOBODY = 65534
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CLONE_NEWUSER = 0x10000000
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

EXIT_REFUSED = 125
"""The exit code where the identity cannot be taken, or a needed path cannot be reached."""

IDENTITIES = ("self", "userns", "nobody")
"""Ourselves; "nobody" in a user namespace of ours; nobody itself, with a right to reach our files."""


RUN_MARK = "LIVECHAT_RUN"
PROGRAM_MARK = "LIVECHAT_PROGRAM"
"""Two environment variables mark the processes of a data folder, and those of one program there."""
ROOM_MARK = "LIVECHAT_ROOM"
"""A third has room for the names of programs that are longer than the supervisor's, whose forks they are."""
FORKED = "--forked"
"""An option that says that the supervisor may fork instead (local/image.py). Here it means nothing."""


def wrap(
    command: Sequence[str],
    *,
    identity: str = "self",
    death_signal: str = "SIGKILL",
    parent: int = 0,
    replaces: bool = False,
    needs: str = "",
    forked: bool = False,
) -> list[str]:
    """The command line that runs `command` through this file.

    `parent` is the process that will start it, where that is known. `replaces` first kills processes with
    the same marks. `needs` is a folder that must be within reach. One that is `forked` may also run as a fork
    of a supervisor that has loaded its modules. The exit code is `EXIT_REFUSED` where it is
    not, or where the identity cannot be taken.
    """
    options = ["--identity", identity, "--death-signal", death_signal, "--parent", str(parent)]
    if replaces:
        options.append("--replaces")
    if needs:
        options += ["--needs", needs]
    if forked:
        options.append(FORKED)
    return [sys.executable, "-I", "-S", __file__, *options, "--", *command]


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def _checked(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _enter_user_namespace(libc: ctypes.CDLL) -> None:
    """Enter a user namespace in which we are called nobody, and our files stay ours."""
    uid, gid = os.geteuid(), os.getegid()
    _checked(libc.unshare(CLONE_NEWUSER))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} {uid} 1")
    _write("/proc/self/gid_map", f"{NOBODY} {gid} 1")


def _become_nobody(libc: ctypes.CDLL) -> None:
    """Become nobody, but keep the capability to reach files in folders that are closed to others.

    Containers that forbid user namespaces need this. Without the capability neither the virtual environment
    nor the data folder could be reached below a home with mode 0700.
    """
    _checked(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = _CapabilityHeader(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    sets = (_CapabilitySets * 2)(_CapabilitySets(bit, bit, bit), _CapabilitySets(0, 0, 0))
    _checked(libc.capset(ctypes.byref(header), ctypes.byref(sets)))
    _checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--identity", choices=IDENTITIES, default="self")
    parser.add_argument("--death-signal", default="SIGKILL", help="sent to the program when its parent dies")
    parser.add_argument("--parent", type=int, default=0, help="process id of the parent, where it is known")
    parser.add_argument("--needs", help="a folder that must be within reach")
    parser.add_argument("--replaces", action="store_true", help="kill what a dead predecessor left behind")
    parser.add_argument(FORKED, action="store_true", help="the supervisor may fork instead")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _kill_predecessor() -> None:
    """Kill the children of a killed predecessor. Its web workers would go on answering, unsupervised."""
    wanted = {f"{mark}={os.environ[mark]}".encode() for mark in (RUN_MARK, PROGRAM_MARK)}
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if wanted <= set(file.read().split(b"\0")):
                    os.kill(int(entry), signal.SIGKILL)
        except OSError:
            continue


def settle(*, replaces: bool) -> None:
    """What `main` does for a program under our own identity that is killed with its parent."""
    if replaces:
        _kill_predecessor()
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0))
    # The parent may have died before the call above.
    if os.getppid() == 1:
        sys.exit(EXIT_REFUSED)


def main() -> None:
    """Take the identity, arrange to die with the parent, and become the program."""
    arguments = _arguments()
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if arguments.replaces:
            _kill_predecessor()
        if arguments.identity == "userns":
            _enter_user_namespace(libc)
        elif arguments.identity == "nobody":
            _become_nobody(libc)
        if arguments.needs:
            # os.access looks at the real user id. Listing the folder is what the program will do.
            os.listdir(arguments.needs)
        _checked(libc.prctl(PR_SET_PDEATHSIG, int(signal.Signals[arguments.death_signal]), 0, 0, 0))
    except OSError as error:
        print(f"child: identity {arguments.identity} refused: {error}", file=sys.stderr)
        sys.exit(EXIT_REFUSED)
    # The parent may have died before the call above. The supervisor is never process 1.
    if os.getppid() != (arguments.parent or os.getppid()) or (os.getppid() == 1 and not arguments.parent):
        sys.exit(EXIT_REFUSED)
    try:
        os.execvp(arguments.command[0], arguments.command)  # noqa: S606 - the point of this file
    except OSError as error:
        print(f"child: cannot run {arguments.command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main()
