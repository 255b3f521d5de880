"""Errors that a caller of the API can act on. No Flask here: ``livechat.web.problems`` renders them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from livechat.domain.clock import rfc3339


class AppError(Exception):
    """A problem with a stable ``code`` (RFC 9457); ``extra`` members stand beside the standard ones."""

    code = "internal_error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Something went wrong on our side"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: dict[str, list[str]] | None = None,
        retry_after_s: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors
        self.retry_after_s = retry_after_s
        self.extra = extra


class MalformedRequestError(AppError):
    code, status, title = "malformed_request", HTTPStatus.BAD_REQUEST, "The request cannot be read"


class UnauthorizedError(AppError):
    code, status, title = "unauthorized", HTTPStatus.UNAUTHORIZED, "No valid access token"


class ForbiddenError(AppError):
    code, status, title = "forbidden", HTTPStatus.FORBIDDEN, "Not allowed"


class NotFoundError(AppError):
    """Unknown, or another user's: the two must look the same."""

    code, status, title = "not_found", HTTPStatus.NOT_FOUND, "Not found"


class ValidationFailedError(AppError):
    code, status, title = "validation_failed", HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are not valid"


class PayloadTooLargeError(AppError):
    code, status, title = "payload_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"


class UnavailableError(AppError):
    code, status, title = "unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "Not available at the moment"

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 5, **extra: Any) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **extra)


class UploadQuotaError(AppError):
    """The unsent files of one owner's numbers have reached the quota."""

    code, status = "rate_limited", HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many files wait to be sent"


class ServiceWindowClosedError(AppError):
    code, status = "service_window_closed", HTTPStatus.CONFLICT
    title = "The 24-hour customer service window is closed"

    def __init__(self, closed_at: datetime | None) -> None:
        again = "" if closed_at is None else " again"
        super().__init__(
            f"Only a template can be sent until the customer writes{again}.", closed_at=rfc3339(closed_at)
        )


class IdempotencyConflictError(AppError):
    code, status = "idempotency_conflict", HTTPStatus.CONFLICT
    title = "The idempotency key was used for a different request"


class ResendNotPossibleError(AppError):
    code, status = "resend_not_possible", HTTPStatus.CONFLICT
    title = "Only a message of yours that failed or is unknown can be sent again"


class ResendUnconfirmedError(AppError):
    code, status = "resend_unconfirmed", HTTPStatus.CONFLICT
    title = "The customer may have got this message already"


class ScheduledMessageEndedError(AppError):
    """It was sent or cancelled before; ``detail`` says which."""

    code, status = "scheduled_message_ended", HTTPStatus.CONFLICT
    title = "This message does not wait to be sent any more"


class ConversationChangedError(AppError):
    """What the caller saw of a conversation is no longer so: here is what is, and who changed it when."""

    code, status = "conversation_changed", HTTPStatus.CONFLICT
    title = "The conversation is not as you saw it any more"

    def __init__(
        self,
        conversation: dict[str, Any],
        changed_by: dict[str, Any] | None,
        changed_at: datetime | None,
        **more: Any,
    ) -> None:
        super().__init__(
            conversation=conversation, changed_by=changed_by, changed_at=rfc3339(changed_at), **more
        )


class UndoExpiredError(AppError):
    code, status = "undo_expired", HTTPStatus.CONFLICT
    title = "An operation can be undone for ten minutes"


class MacroNotPossibleError(AppError):
    """A step of a macro cannot be taken, so none was; ``problems`` says of each why."""

    code, status = "macro_not_possible", HTTPStatus.CONFLICT
    title = "The macro cannot be run here"


class PhoneNumberTakenError(AppError):
    code, status, title = "phone_number_taken", HTTPStatus.CONFLICT, "The number is connected by someone else"


class AlreadyExistsError(AppError):
    """A name that something else of its kind has already, or a person who is there."""

    code, status, title = "already_exists", HTTPStatus.CONFLICT, "This exists already"


class WebhookWaitingError(AppError):
    code, status, title = "webhook_waiting", HTTPStatus.CONFLICT, "The webhook waits for its first run"


class WhatsAppTokenInvalidError(AppError):
    code, status = "whatsapp_token_invalid", HTTPStatus.UNPROCESSABLE_ENTITY
    title = "WhatsApp refused the access token for this number"


class CustomerBlockedError(AppError):
    code, status = "customer_blocked", HTTPStatus.CONFLICT
    title = "Your business has blocked this customer"


class BlockRefusedError(AppError):
    """Meta refused to block or unblock a customer; ``detail`` says why."""

    code, status = "block_refused", HTTPStatus.CONFLICT
    title = "The customer could not be blocked or unblocked"


class MarketingStoppedError(AppError):
    code, status = "marketing_stopped", HTTPStatus.CONFLICT
    title = "The customer has stopped marketing messages from your business"


class MessagingRestrictedError(AppError):
    """A restriction of the account by Meta forbids this send; ``detail`` says which."""

    code, status = "messaging_restricted", HTTPStatus.CONFLICT
    title = "Meta has restricted what this account may send"


class OwnerRequiredError(AppError):
    """The owner may not leave, be removed, suspended or demoted: ownership is transferred first."""

    code, status, title = "owner_required", HTTPStatus.CONFLICT, "A workspace needs its owner"


class AssigneeUnavailableError(AppError):
    """Unknown, removed or suspended, or they may not answer, or do not see the conversation."""

    code, status = "assignee_unavailable", HTTPStatus.UNPROCESSABLE_ENTITY
    title = "This person cannot take conversations"


class InvitationGoneError(AppError):
    """Used, revoked, replaced or past its end; ``detail`` says which."""

    code, status, title = "invitation_gone", HTTPStatus.GONE, "This invitation is no longer good"


class EmailMismatchError(AppError):
    code, status, title = "email_mismatch", HTTPStatus.FORBIDDEN, "The invitation is for somebody else"


class MfaRequiredError(AppError):
    code, status, title = "mfa_required", HTTPStatus.FORBIDDEN, "A second factor is needed"
