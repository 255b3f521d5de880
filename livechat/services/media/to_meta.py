"""Files of replies, when they are sent: given to Meta once for a number, then named by its id there."""

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
from livechat.whatsapp.content import MEDIA_TYPES
from livechat.whatsapp.errors import Disposition, GraphError
from livechat.whatsapp.media import UPLOAD_ID_LIFE, MediaClient, upload_time_limit_s

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
        media_id = _file_of(claim)
        if media_id is None:
            return claim.content
        file = queries.sendable(self.session, media_id, claim.phone_number_id)
        self.session.commit()
        if file is None:
            raise _gone()
        meta_id = file.meta_id or self._upload(claim, file, token, hold_s)
        part = claim.content[claim.message_type]
        sent = {key: value for key, value in part.items() if key != "media_id"} | {"id": meta_id}
        return claim.content | {claim.message_type: sent}

    def distrust(self, claim: Claim) -> None:
        """Meta refused the message for good: should its file be sent again, it is given anew. Commits."""
        media_id = _file_of(claim)
        if media_id is not None:
            queries.forget_upload(self.session, media_id, claim.phone_number_id)
            self.session.commit()

    def _upload(self, claim: Claim, file: Sendable, token: str, hold_s: float) -> str:
        extend_claim(self.session, claim.message_id, upload_time_limit_s(file.size) + hold_s)
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


def _file_of(claim: Claim) -> UUID | None:
    part = claim.content.get(claim.message_type) if claim.message_type in MEDIA_TYPES else None
    media_id = part.get("media_id") if isinstance(part, dict) else None
    return UUID(media_id) if media_id is not None else None


def _gone() -> GraphError:
    return GraphError(
        None,
        "The file is gone",
        "The file of this message is no longer here.",
        disposition=Disposition.REJECT,
    )
