"""TCP ports on 127.0.0.1: which are free, which one a service keeps, and who holds one."""

import os
import secrets
import socket
from pathlib import Path

HOST = "127.0.0.1"
TCP_LISTEN = "0A"


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now. Connections in TIME_WAIT do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_taken(port: int) -> bool:
    """Whether somebody listens on the port."""
    return not is_free(port)


def service_port() -> int:
    """A free port that no outgoing connection takes while its server restarts.

    The kernel takes the near ends of outgoing connections from a range of its own, so this one is below it.
    """
    try:
        lowest_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        lowest_outgoing = 32768
    candidates = range(max(1024, lowest_outgoing - 12000), lowest_outgoing)
    for _ in range(200):
        port = secrets.choice(candidates) if candidates else 0
        if port and is_free(port):
            return port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def kept_port(file: Path) -> int:
    """The port that the file names, if it is free, else a new one, which the file then names.

    A stable port lets tools and saved connection strings survive a restart.
    """
    try:
        port = int(file.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        port = 0
    if 1024 <= port <= 65535 and is_free(port):
        return port
    port = service_port()
    file.write_text(f"{port}\n", encoding="ascii")
    return port


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in (line.split() for line in lines):
            if fields[3] == TCP_LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes


def holder_of(port: int) -> str | None:
    """The process that listens on the port, as `name (process 123)`. None where the kernel does not tell."""
    wanted = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not wanted:
        return None
    for pid in (entry for entry in os.listdir("/proc") if entry.isdigit()):
        try:
            for descriptor in os.scandir(f"/proc/{pid}/fd"):
                if os.readlink(descriptor.path) in wanted:
                    name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
                    return f"{name} (process {pid})"
        except OSError:
            continue
    return None
