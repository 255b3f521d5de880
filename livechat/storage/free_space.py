"""Room on a disk: some of it is left free, since a database often lies on the same one."""

import shutil
from pathlib import Path

from livechat.storage.interface import StorageFullError


def free_bytes(place: Path) -> int:
    """How much may still be written at ``place``, which need not exist yet."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def require_room(place: Path, size: int, least_free_bytes: int) -> None:
    """Raise StorageFullError where less than ``least_free_bytes`` would be left after ``size`` more."""
    if free_bytes(place) - size < least_free_bytes:
        raise StorageFullError("There is not enough room on the disk for files")
