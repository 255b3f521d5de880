"""Files in S3 or what speaks its protocol (MinIO, R2, Spaces, Supabase Storage). boto3 is imported here only.

Importing it takes half a second and 30 MB, which processes with a folder do without.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from livechat.storage.interface import CHUNK_BYTES, ObjectMissingError, StorageError
from livechat.storage.working_folder import Workspace

_MISSING = ("NoSuchKey", "404", "NotFound")
# One thread and parts of 8 MB bound what a transfer holds in memory.
_TRANSFER = TransferConfig(use_threads=False, multipart_threshold=8 << 20, multipart_chunksize=8 << 20)


class S3Storage:
    """One object for each key below ``prefix`` in ``bucket``. boto3's clients may be shared by threads."""

    def __init__(
        self,
        bucket: str,
        workspace: Workspace,
        *,
        prefix: str = "",
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._workspace = workspace
        # Without keys boto3 finds those of the machine: profile, container or instance role.
        self._client = boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                max_pool_connections=64,
                # Stores that only speak S3's protocol refuse the checksums that AWS has added since.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path" if endpoint_url else "auto"},
            ),
        )

    def put(self, key: str, source: Path, content_type: str) -> None:
        """Store the file at ``source``; an object appears when its last part has arrived."""
        try:
            self._client.upload_file(
                str(source),
                self._bucket,
                self._prefix + key,
                ExtraArgs={"ContentType": content_type},
                Config=_TRANSFER,
            )
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise _as_storage_error(error, key) from error

    def read(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """``length`` bytes from ``start``, in pieces."""
        if length <= 0:
            return iter(())
        try:
            found = self._client.get_object(
                Bucket=self._bucket, Key=self._prefix + key, Range=f"bytes={start}-{start + length - 1}"
            )
        except (BotoCoreError, ClientError) as error:
            raise _as_storage_error(error, key) from error
        body = found["Body"]

        def pieces() -> Iterator[bytes]:
            try:
                yield from body.iter_chunks(CHUNK_BYTES)
            except BotoCoreError as error:
                raise _as_storage_error(error, key) from error
            finally:
                body.close()

        return pieces()

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """A copy in the working folder, removed at the end."""
        with self._workspace.file() as path:
            try:
                self._client.download_file(self._bucket, self._prefix + key, str(path), Config=_TRANSFER)
            except (BotoCoreError, ClientError) as error:
                raise _as_storage_error(error, key) from error
            yield path

    def delete(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)
        except (BotoCoreError, ClientError) as error:
            raise _as_storage_error(error, key) from error

    def check(self) -> None:
        """Raise StorageError where the bucket does not exist or may not be used."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as error:
            raise _as_storage_error(error, "") from error


def _as_storage_error(error: Exception, key: str) -> StorageError:
    """The error without the request, which carries the credentials' id."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _MISSING and key:
            return ObjectMissingError(f"There is no file {key}")
        return StorageError(f"The storage answered {code}")
    return StorageError(f"The storage cannot be used ({type(error).__name__})")
