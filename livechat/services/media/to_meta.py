"""Files of replies, when they are sent: given to Meta once for a number, then named by its id there."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from livechat.config import Settings
from livechat.extensions import db
from livechat.metrics import observe_graph
from livechat.queries import media as queries
from livechat.queries.media import Sendable
from livechat.queries.outgoing import Claim, extend_claim
from livechat.queries.session import AnySession
from livechat.services.media.filenames import name_for
from livechat.storage import ObjectMissingError, Storage, StorageError, key_of, open_storage
from livechat.whatsapp.errors import Disposition, GraphError
from livechat.whatsapp.media import UPLOAD_ID_LIFE, MediaClient, transfer_time_limit_s
from livechat.whatsapp.outgoing import files_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutgoingFiles:
    """How this process gives files to Meta. ``session`` has no transaction open when a method is called."""

    session: AnySession
    client: MediaClient
    storage: Storage

    @classmethod
    def from_settings(cls, settings: Settings) -> "OutgoingFiles":
        """One for the process; each application context has a session of its own behind ``db.session``."""
        client = MediaClient(
            settings.whatsapp_api_url,
            settings.whatsapp_api_version,
            connect_timeout_s=settings.graph_connect_timeout_s,
            read_timeout_s=settings.graph_read_timeout_s,
            observer=observe_graph,
        )
        return cls(db.session, client, open_storage(settings))

    def content_of(self, claim: Claim, token: str, hold_s: float) -> Json:
        """The content of a claimed message as the call needs it: a file of ours under its id at Meta.

        Uploads it where Meta does not have it for this number, and commits; no transaction is open
        meanwhile, and the claim is made to last through it. Raises GraphError: nothing of the message has
        been sent then, and an upload may be repeated.
        """
        if not _files_of(claim):
            return claim.content
        content = deepcopy(claim.content)
        for _, _, named in files_of(claim.message_type, content[claim.message_type]):
            if named.get("media_id") is not None:
                named["id"] = self._id_at_meta(claim, UUID(named.pop("media_id")), token, hold_s)
        return content

    def _id_at_meta(self, claim: Claim, media_id: UUID, token: str, hold_s: float) -> str:
        file = queries.sendable(self.session, media_id, claim.phone_number_id)
        self.session.commit()
        if file is None:
            raise _gone()
        return file.meta_id or self._upload(claim, file, token, hold_s)

    def distrust(self, claim: Claim) -> None:
        """Meta refused the message for good: should its file be sent again, it is given anew. Commits."""
        for media_id in _files_of(claim):
            queries.forget_upload(self.session, media_id, claim.phone_number_id)
            self.session.commit()

    def _upload(self, claim: Claim, file: Sendable, token: str, hold_s: float) -> str:
        extend_claim(self.session, claim.message_id, transfer_time_limit_s(file.size) + hold_s)
        self.session.commit()
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
        extend_claim(self.session, claim.message_id, hold_s)
        self.session.commit()
        return meta_id


def _files_of(claim: Claim) -> list[UUID]:
    """Files of ours that the message names: its own, or those of headers."""
    named = files_of(claim.message_type, claim.content.get(claim.message_type))
    return [UUID(file["media_id"]) for _, _, file in named if file.get("media_id") is not None]


def _gone() -> GraphError:
    return GraphError(
        None,
        "The file is gone",
        "The file of this message is no longer here.",
        disposition=Disposition.REJECT,
    )
