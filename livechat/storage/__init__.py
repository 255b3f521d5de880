"""Where files lie: one interface, a folder or S3-compatible storage behind it. No Flask, no database.

Keys follow from a file's id and never hold anything that a sender wrote.
"""

from livechat.storage.base import (
    ObjectMissingError,
    Storage,
    StorageError,
    StorageFullError,
    key_of,
    thumbnail_key_of,
)
from livechat.storage.folder import FolderStorage
from livechat.storage.opening import open_storage, workspace_of
from livechat.storage.room import free_bytes
from livechat.storage.workspace import Workspace

__all__ = [
    "FolderStorage",
    "ObjectMissingError",
    "Storage",
    "StorageError",
    "StorageFullError",
    "Workspace",
    "free_bytes",
    "key_of",
    "open_storage",
    "thumbnail_key_of",
    "workspace_of",
]
