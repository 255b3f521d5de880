"""Files in a folder of this machine, or of a file system that web and workers share."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from livechat.storage.free_space import require_room
from livechat.storage.interface import CHUNK_BYTES, ObjectMissingError, StorageError


class FolderStorage:
    """One file for each key below ``root``. Only their owner can read them."""

    def __init__(self, root: Path, least_free_bytes: int = 0) -> None:
        self._root = root
        self._least_free_bytes = least_free_bytes

    def put(self, key: str, source: Path, content_type: str) -> None:
        """Store the file at ``source``; readers see the old or the new one, never a part."""
        target = self._path(key)
        require_room(self._root, source.stat().st_size, self._least_free_bytes)
        # Beside the target, since a rename is whole or not at all only within one file system.
        scratch = target.with_name(f"{target.name}.{token_hex(4)}.new")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with source.open("rb") as given, scratch.open("xb") as new:
                os.fchmod(new.fileno(), 0o600)
                shutil.copyfileobj(given, new, CHUNK_BYTES)
                new.flush()
                # Once the row says ``ready`` the file must outlive a power cut, as the row does.
                os.fsync(new.fileno())
            scratch.replace(target)
        except OSError as error:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)
            raise StorageError(f"The file cannot be stored ({error.strerror})") from error

    def read(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """``length`` bytes from ``start``, in pieces."""
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise ObjectMissingError(f"There is no file {key}") from None
        except OSError as error:
            raise StorageError(f"The file cannot be read ({error.strerror})") from error

        file.seek(start)
        return _Pieces(file, length)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """The file itself: nothing is copied. It must not be changed."""
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissingError(f"There is no file {key}")
        yield path

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is no error."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"The file cannot be removed ({error.strerror})") from error

    def check(self) -> None:
        """Raise StorageError where the folder cannot be made or written, or has no room. Changes nothing."""
        place = self._root
        while not place.exists():
            place = place.parent
        if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
            raise StorageError(f"{place} is no folder that can be written")
        require_room(place, 0, self._least_free_bytes)

    def _path(self, key: str) -> Path:
        return self._root / key


class _Pieces(Iterator[bytes]):
    """``length`` bytes of an open file, in pieces. ``close`` works also where nobody has begun to read."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def __next__(self) -> bytes:
        piece = self._file.read(min(CHUNK_BYTES, self._left)) if self._left > 0 else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._left = 0
        self._file.close()
