"""Unfinished files: each has a name of its own, is removed at the end, and is found if its process dies."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livechat.storage.free_space import require_room

# No upload, download or conversion takes so long: the process of an older file has died.
ABANDONED_AFTER_S = 2 * 3600.0


class Workspace:
    """A folder for unfinished files, readable by its owner only."""

    def __init__(self, root: Path, least_free_bytes: int = 0) -> None:
        self.root = root
        self._least_free_bytes = least_free_bytes

    @contextmanager
    def file(self, suffix: str = "") -> Iterator[Path]:
        """The path of a new, empty file, which is removed at the end unless it has been moved away.

        Raises StorageFullError where the disk has no room for unfinished files.
        """
        require_room(self.root, 0, self._least_free_bytes)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=suffix, dir=self.root)
        os.close(handle)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def clear_abandoned(self, older_than_s: float = ABANDONED_AFTER_S) -> int:
        """Remove the files that killed processes left. Returns how many."""
        if not self.root.is_dir():
            return 0
        before = time.time() - older_than_s
        removed = 0
        for path in self.root.iterdir():
            try:
                if path.is_file() and path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                # Its process lives and has just removed it.
                continue
        return removed
