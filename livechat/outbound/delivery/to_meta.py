"""Files of replies on their way out: each is uploaded to Meta once for a number, then named by Meta's id."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.core.metrics import observe_graph
from livechat.core.session import AnySession
from livechat.files import queries as queries
from livechat.files.formats.filenames import name_for
from livechat.files.queries import Sendable
from livechat.outbound.queries.claims import Claim, begin_upload, end_upload
from livechat.storage import ObjectMissingError, Storage, StorageError, key_of, open_storage
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from livechat.whatsapp.graph.media_client import UPLOAD_ID_LIFE, MediaClient, transfer_time_limit_s
from livechat.whatsapp.sending.outgoing import files_of

Json = dict[str, Any]


class ClaimLostError(Exception):
    """The claim expired while a file was uploaded: the message may be another sender's by now."""


@dataclass(frozen=True, slots=True)
class OutgoingFiles:
    """How this process uploads files to Meta. Call it with no transaction open on ``session``."""

    session: AnySession
    client: MediaClient
    storage: Storage

    @classmethod
    def from_settings(cls, settings: Settings) -> "OutgoingFiles":
        """The process's one. Each application context has a session of its own behind ``db.session``."""
        client = MediaClient(
            settings.whatsapp_api_url,
            settings.whatsapp_api_version,
            connect_timeout_s=settings.graph_connect_timeout_s,
            read_timeout_s=settings.graph_read_timeout_s,
            observer=observe_graph,
        )
        return cls(db.session, client, open_storage(settings))

    def content_of(self, claim: Claim, token: str, hold_s: float) -> Json:
        """Commits around uploads: a claimed message's content with the ids of our files at Meta.

        Files that Meta does not have for this number are uploaded with no transaction open, and the claim is
        made to last until then. Raises GraphError: nothing of the message was sent, and an upload may be
        repeated. Raises ClaimLostError where the message is no longer ours to send.
        """
        if not our_files(claim.message_type, claim.content):
            return claim.content
        content = deepcopy(claim.content)
        ours = [
            (named, UUID(named.pop("media_id")))
            for _, _, named in files_of(claim.message_type, content[claim.message_type])
            if named.get("media_id") is not None
        ]
        found = [queries.sendable(self.session, media_id, claim.phone_number_id) for _, media_id in ours]
        self.session.commit()
        files = [file for file in found if file is not None]
        if len(files) < len(found):
            raise _gone()
        ids = {file.media_id: file.meta_id for file in files}
        missing = {file.media_id: file for file in files if file.meta_id is None}
        if missing:
            ids |= self._upload_all(claim, list(missing.values()), token, hold_s)
        for named, media_id in ours:
            named["id"] = ids[media_id]
        return content

    def _upload_all(
        self, claim: Claim, files: Sequence[Sendable], token: str, hold_s: float
    ) -> dict[UUID, str]:
        ids: dict[UUID, str] = {}
        try:
            for file in files:
                self._hold(begin_upload(self.session, claim, transfer_time_limit_s(file.size) + hold_s))
                ids[file.media_id] = self._upload(claim, file, token)
        finally:
            # Also after a failure: only a sender that still holds the message may record its outcome.
            self._hold(end_upload(self.session, claim, hold_s))
        return ids

    def _hold(self, is_ours: bool) -> None:
        """Commits a claim that was made longer. Raises ClaimLostError where it was not ours any more."""
        self.session.commit()
        if not is_ours:
            raise ClaimLostError

    def _upload(self, claim: Claim, file: Sendable, token: str) -> str:
        """Commits the id that Meta gave to this upload of the file; the id."""
        name = name_for(file.kind, file.filename, file.mime_type)
        try:
            with self.storage.local_copy(key_of(file.media_id)) as path:
                meta_id = self.client.upload(claim.phone_number_id, token, path, file.mime_type, name)
        except ObjectMissingError:
            raise _gone() from None
        except StorageError as error:
            raise GraphError(
                None,
                "The file cannot be read",
                "The file cannot be read from our storage at the moment.",
                disposition=Disposition.RETRY,
            ) from error
        queries.record_upload(self.session, file.media_id, claim.phone_number_id, meta_id, UPLOAD_ID_LIFE)
        self.session.commit()
        return meta_id


def distrust_files(session: AnySession, wamid: str) -> None:
    """Forget the uploads of this message's files, since a status said that Meta refuses them.

    Meta looks at some files only after it has taken the message. A resend uploads them again. The caller
    commits.
    """
    sent = queries.sent_content(session, wamid)
    if sent is not None:
        distrust_files_of(session, sent.message_type, sent.content, sent.phone_number_id)


def distrust_files_of(session: AnySession, message_type: str, content: Json, phone_number_id: str) -> None:
    """Forget the uploads of a message that Meta refused for good: a resend uploads its files again."""
    ours = our_files(message_type, content)
    if ours:
        queries.forget_uploads(session, ours, phone_number_id)


def our_files(message_type: str, content: Json) -> list[UUID]:
    """The ids of our files that a message names: its own, or those of headers and cards."""
    named = files_of(message_type, content.get(message_type))
    return [UUID(file["media_id"]) for _, _, file in named if file.get("media_id") is not None]


def _gone() -> GraphError:
    return GraphError(
        None,
        "The file is gone",
        "The file of this message is no longer here.",
        disposition=Disposition.REJECT,
    )
