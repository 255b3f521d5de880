"""The two refusals: Graph's, with the codes that the Cloud API documents, and the control API's."""

from __future__ import annotations

from typing import Any

# code -> (HTTP status, title, details). Source: Meta, "Error codes" (texts of 2025 and 2026).
# With details of None the answer carries no error_data, as plain Graph errors do.
CATALOGUE: dict[int, tuple[int, str, str | None]] = {
    0: (401, "We were unable to authenticate the app user.", None),
    1: (400, "An unknown error occurred", None),
    2: (503, "An unexpected error has occurred. Please retry your request later.", None),
    3: (500, "Application does not have the capability to make this API call.", None),
    4: (400, "Application request limit reached", None),
    10: (403, "Application does not have permission for this action", None),
    17: (400, "User request limit reached", None),
    33: (400, "The business phone number has been deleted.", None),
    100: (400, "Invalid parameter", None),
    102: (401, "Session key invalid or no longer valid", None),
    104: (400, "Incorrect signature", None),
    190: (401, "Invalid OAuth access token - Cannot parse access token", None),
    200: (403, "Provide valid app ID", None),
    341: (400, "Application limit reached", None),
    368: (403, "Temporarily blocked for policies violations", "The WhatsApp Business Account is blocked."),
    613: (400, "Calls to this api have exceeded the rate limit.", None),
    80007: (
        400,
        "There have been too many calls to this WhatsApp Business account. Wait a bit and try again.",
        None,
    ),
    2046: (
        400,
        "Order status invalid transition",
        "The order status cannot be updated from the existing value to the new one.",
    ),
    2047: (400, "Order cancellation failure", "The order could not be cancelled."),
    130403: (400, "User is blocked", "Message failed to send because the business has blocked this user."),
    130429: (400, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: (
        400,
        "User's number is part of an experiment",
        "Failed to send message because this user's phone number is part of an experiment",
    ),
    130497: (
        403,
        "Business account is restricted from messaging users in this country.",
        "Country is restricted.",
    ),
    131000: (
        500,
        "Something went wrong",
        "Message failed to send because of an unknown error. Try again later.",
    ),
    131005: (403, "Access denied", "Permission is either not granted or has been removed."),
    131008: (400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: (400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: (500, "Service unavailable", "A service is temporarily unavailable."),
    131021: (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: (400, "Message undeliverable", "Message Undeliverable."),
    131030: (
        400,
        "Recipient phone number not in allowed list",
        "Recipient phone number not in allowed list: "
        "Add recipient phone number to recipient list and try again.",
    ),
    131031: (403, "Business Account locked", "Business account has been locked."),
    131037: (
        400,
        "WhatsApp provided number needs display name approval before message can be sent.",
        "Pending.",
    ),
    131042: (
        400,
        "Business eligibility payment issue",
        "Message failed to send because there were one or more errors related to your payment method.",
    ),
    131044: (400, "Business eligibility payment issue", "The payment method does not allow calls."),
    131045: (
        500,
        "Incorrect certificate",
        "Message failed to send due to a phone number registration error.",
    ),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied "
        "to this number.",
    ),
    131048: (
        400,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on this number.",
    ),
    131049: (
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: (
        400,
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on "
        "WhatsApp from your business",
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on "
        "WhatsApp from your business",
    ),
    131051: (400, "Unsupported message type", "Message type is currently not supported."),
    131052: (400, "Media download error", "Unable to download the media sent by the user."),
    131053: (400, "Media upload error", "Unable to upload the media used in the message."),
    131055: (400, "Method not allowed", "This method is not allowed for this number."),
    131056: (
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same "
        "phone number in a short period of time.",
    ),
    131057: (500, "Account in maintenance mode", "Business Account is in maintenance mode."),
    131059: (400, "Cursor expired", "The paging cursor has expired: start again at the first page."),
    131062: (
        400,
        "Business-scoped User ID (BSUID) recipients are not supported for this message",
        "Send this message to a phone number.",
    ),
    132000: (
        400,
        "Number of parameters does not match the expected number of params",
        "Parameter count differs.",
    ),
    132001: (404, "Template name does not exist in the translation", "The template does not exist."),
    132005: (400, "Translated text too long", "Translated text is too long."),
    132007: (
        400,
        "Template format character policy violated",
        "Template content violates a WhatsApp policy.",
    ),
    132008: (400, "Template parameter value not valid", "Template parameter value is not valid."),
    132012: (
        400,
        "Parameter format does not match format in the created template",
        "Parameter format differs.",
    ),
    132015: (400, "Template is paused", "Template is paused due to low quality so it cannot be sent."),
    132016: (400, "Template is disabled", "Template has been paused too many times and is now disabled."),
    132018: (
        400,
        "Template parameter format issue",
        "The parameters contain characters that are not allowed.",
    ),
    132068: (400, "Flow is in blocked state", "Flow is in blocked state."),
    132069: (400, "Flow is throttled", "Flow is in throttled state: 10 messages in the last hour."),
    133000: (500, "Incomplete deregistration", "A previous deregistration attempt failed."),
    133004: (503, "Server temporarily unavailable", "Server is temporarily unavailable."),
    133005: (400, "Two step verification PIN mismatch", "Two-step verification PIN incorrect."),
    133006: (
        400,
        "Phone number re-verification needed",
        "Phone number needs to be verified before registering.",
    ),
    133010: (
        400,
        "The account is not registered",
        "Phone number is not registered on the WhatsApp Business Platform.",
    ),
    133015: (
        400,
        "Please wait a few minutes before attempting to register this phone number",
        "Just deleted.",
    ),
    133016: (
        400,
        "Account register deregister rate limit exceeded",
        "Registration or deregistration failed.",
    ),
    134011: (400, "WhatsApp Payments terms of service has not been accepted", "Terms are not accepted."),
    135000: (
        400,
        "Generic user error",
        "Message failed to send because of an unknown error with your request.",
    ),
    139102: (400, "Concurrent block list update", "The block list is being changed: try again."),
    2388023: (400, "Message template language is being deleted", "Create it again in 4 weeks."),
    2593107: (
        400,
        "Synchronization request limit exceeded",
        "This kind of synchronization was already requested.",
    ),
    2593108: (
        400,
        "Synchronization request outside of allowed time window",
        "More than 24 hours have passed.",
    ),
}
_SHOWN_TRANSIENT = {2}
_WITHOUT_NUMBER = {0, 2, 33, 190}
ERRORS_PAGE = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"


class GraphError(Exception):
    """A refusal by Graph. The catalogue fills what is left out; an unknown code becomes a plain 400."""

    def __init__(
        self,
        code: int,
        message: str | None = None,
        *,
        details: str | None = None,
        http_status: int | None = None,
        subcode: int | None = None,
        error_type: str = "OAuthException",
        retry_after_s: float | None = None,
        is_transient: bool | None = None,
    ) -> None:
        status, title, known_details = CATALOGUE.get(code, (400, "Unknown error", None))
        self.code = code
        self.title = title
        self.message = message or (title if code in _WITHOUT_NUMBER else f"(#{code}) {title}")
        self.details = details if details is not None else (known_details if message is None else None)
        self.http_status = http_status or status
        self.subcode = subcode
        self.error_type = error_type
        self.retry_after_s = retry_after_s
        self.is_transient = code in _SHOWN_TRANSIENT if is_transient is None else is_transient
        super().__init__(self.message)

    def body(self, trace_id: str) -> dict[str, Any]:
        """The JSON of the answer. The keys have Meta's order."""
        error: dict[str, Any] = {"message": self.message, "type": self.error_type, "code": self.code}
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.is_transient:
            error["is_transient"] = True
        error["fbtrace_id"] = trace_id
        return {"error": error}


def webhook_error(code: int, details: str | None = None) -> dict[str, Any]:
    """The same error as a webhook carries it: `{code, title, message, error_data, href}`."""
    _, title, known = CATALOGUE.get(code, (400, "Unknown error", None))
    if code == 131051:
        title = "Message type unknown"
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or known or title},
        "href": ERRORS_PAGE,
    }


def token_expired(when: str, now: str) -> GraphError:
    """Code 190, for a token that has expired."""
    text = f"Error validating access token: Session has expired on {when}. The current time is {now}."
    return GraphError(190, text, subcode=463)


def unknown_object(object_id: str, method: str) -> GraphError:
    """Code 100 with subcode 33, for an id that is unknown or that the token may not see."""
    verb = {"POST": "post", "GET": "get", "DELETE": "delete"}.get(method, method.lower())
    return GraphError(
        100,
        f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        subcode=33,
        error_type="GraphMethodException",
    )


def unknown_path(path: str, http_status: int = 400) -> GraphError:
    """Code 2500, for an edge that no node has."""
    return GraphError(2500, f"Unknown path components: {path}", http_status=http_status)


def unsupported(method: str, http_status: int = 400) -> GraphError:
    """Code 100 with subcode 33, for a method that the node or edge does not have."""
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        subcode=33,
        http_status=http_status,
        error_type="GraphMethodException",
    )


class ControlError(Exception):
    """The control API was asked for something it does not understand.

    The answer has `status` and the sentence.
    """

    def __init__(self, message: str, status: int = 422) -> None:
        self.status = status
        super().__init__(message)
