"""What every store of files can do."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from uuid import UUID

# How much of a file is in memory at a time, for each reader.
CHUNK_BYTES = 64 * 1024


class StorageError(Exception):
    """The store cannot be reached or does not work; try again later."""


class ObjectMissingError(StorageError):
    """There is no file of this key."""


class StorageFullError(StorageError):
    """The store takes no more files until somebody makes room."""


class Storage(Protocol):
    """A store of whole files by key. Safe to share between threads; every method may raise StorageError."""

    def put(self, key: str, source: Path, content_type: str) -> None:
        """Store the file at ``source``, whole or not at all; what was there before is replaced."""

    def read(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """``length`` bytes from ``start``, in pieces. Raises ObjectMissingError before the first piece."""

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """A path to read the file at, for as long as the context lasts. Raises ObjectMissingError."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is no error."""

    def check(self) -> None:
        """Raise StorageError, with a sentence, where files could not be written."""


def key_of(media_id: UUID) -> str:
    """The key of a file. The last two digits are random, so that no folder grows much faster than others."""
    return f"{media_id.hex[-2:]}/{media_id}"


def thumbnail_key_of(media_id: UUID) -> str:
    """The key of its small picture."""
    return f"{key_of(media_id)}.thumbnail"
