"""Where files lie: one interface, with a folder or S3-compatible storage behind it. No Flask, no database.

Keys follow from a file's id and never hold anything that a sender wrote.
"""

from livechat.storage.folder import FolderStorage
from livechat.storage.free_space import free_bytes
from livechat.storage.interface import (
    ObjectMissingError,
    Storage,
    StorageError,
    StorageFullError,
    key_of,
    thumbnail_key_of,
)
from livechat.storage.opening import open_storage, workspace_of
from livechat.storage.working_folder import Workspace

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
