"""Meta's error codes as data: what to do with each, and what to tell the agent.

Source: Meta's "Error codes" page of 11 September 2026, Groups error codes, and the Graph API's general
codes. The decision is made by ``code`` alone: titles change and HTTP statuses are no longer documented.
"""

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """What an error means for the message and its queue."""

    RETRY = "retry"  # refused before processing: the same call again is safe, later
    PAIR_LIMIT = "pair_limit"  # the same, but only this recipient has to wait: 4^n seconds
    REJECT = "reject"  # permanent for this message
    PAUSE = "pause"  # the number or the account is in trouble: stop its queue and tell its people
    UNKNOWN = "unknown"  # it may have been sent: never again by itself, a status webhook settles it


@dataclass(frozen=True, slots=True)
class Entry:
    """One code's row. ``resend`` says whether a new send by hand can make sense."""

    disposition: Disposition
    sentence: str | None
    resend: bool


def _entry(disposition: Disposition, sentence: str | None, *, resend: bool | None = None) -> Entry:
    """A row; unless said otherwise everything but a permanent refusal may be sent again by hand."""
    return Entry(disposition, sentence, disposition is not Disposition.REJECT if resend is None else resend)


_RETRY, _REJECT = Disposition.RETRY, Disposition.REJECT
_PAUSE, _UNKNOWN = Disposition.PAUSE, Disposition.UNKNOWN

_ACCESS = "WhatsApp no longer accepts this number's access token. Connect the number again."
_PERMISSION = "The access token lacks a permission that is needed. Connect the number again."
_BUSY = "WhatsApp is busy at the moment."
_UNCERTAIN = "WhatsApp had a problem of its own: the message may or may not have been sent."
_REQUEST = "WhatsApp did not accept this request."
_TEMPLATE_VALUES = "The values do not fit the template."
_REGISTER = "This number is not registered with WhatsApp. An administrator has to register it again."
_PIN = "WhatsApp asks for the number's PIN. An administrator has to settle it in WhatsApp Manager."
_PAYMENT = "There is a problem with the business's payment method at Meta."

TABLE: dict[int, Entry] = {
    0: _entry(_PAUSE, _ACCESS),
    1: _entry(_UNKNOWN, _UNCERTAIN),
    2: _entry(_UNKNOWN, _UNCERTAIN),
    3: _entry(_PAUSE, _PERMISSION),
    4: _entry(_RETRY, _BUSY),
    10: _entry(_PAUSE, _PERMISSION),
    17: _entry(_RETRY, _BUSY),
    33: _entry(_PAUSE, "WhatsApp does not know this business number (any more)."),
    100: _entry(_REJECT, _REQUEST),
    102: _entry(_PAUSE, _ACCESS),
    104: _entry(_PAUSE, _ACCESS),
    190: _entry(_PAUSE, _ACCESS),
    341: _entry(_RETRY, _BUSY),
    368: _entry(_PAUSE, "Meta has blocked this account for a violation of its policies."),
    613: _entry(_RETRY, _BUSY),
    80007: _entry(_RETRY, _BUSY),
    130403: _entry(_REJECT, "Your business has blocked this customer. Unblock them to write."),
    130429: _entry(_RETRY, "Too many messages were sent from this number in a short time."),
    130472: _entry(_REJECT, "Meta did not deliver this message: the customer is part of an experiment."),
    130497: _entry(_REJECT, "Your business may not send messages to this country."),
    130501: _entry(_REJECT, "WhatsApp cannot pass on this kind of message from a group."),
    131000: _entry(_UNKNOWN, _UNCERTAIN),
    131005: _entry(_PAUSE, _PERMISSION),
    131008: _entry(_REJECT, _REQUEST),
    131009: _entry(_REJECT, "WhatsApp did not accept a value in this message."),
    131014: _entry(_REJECT, "WhatsApp could not fetch the file from its link.", resend=True),
    131016: _entry(_UNKNOWN, _UNCERTAIN),
    131020: _entry(_REJECT, "The group has no other members."),
    131021: _entry(_REJECT, "A number cannot write to itself."),
    131026: _entry(
        _REJECT,
        "The message could not be delivered: the customer may not be on WhatsApp or uses an old version.",
        resend=True,
    ),
    131030: _entry(_REJECT, "This is a test number: the customer is not on its list of allowed recipients."),
    131031: _entry(_PAUSE, "Meta has locked this business account."),
    131037: _entry(_PAUSE, "The number's display name has not been approved yet."),
    131041: _entry(_REJECT, "WhatsApp does not know this group."),
    131042: _entry(_PAUSE, _PAYMENT),
    131044: _entry(_PAUSE, _PAYMENT),
    131045: _entry(_PAUSE, _REGISTER),
    131047: _entry(
        _REJECT,
        "Only a template can be sent: the customer has not written within the last 24 hours, if at all.",
    ),
    131048: _entry(_PAUSE, "Meta has restricted this number because messages were reported as spam."),
    131049: _entry(
        _REJECT,
        "Meta did not deliver this message: the customer has had enough marketing for now. "
        "Wait at least 24 hours.",
    ),
    131050: _entry(_REJECT, "The customer has stopped marketing messages from your business."),
    131051: _entry(_REJECT, "WhatsApp does not support this type of message here."),
    131052: _entry(_REJECT, "The customer's file could not be fetched; it may be larger than 100 MB."),
    131053: _entry(_REJECT, "WhatsApp did not accept the file.", resend=True),
    131055: _entry(_REJECT, "This number cannot send this kind of message."),
    131056: _entry(
        Disposition.PAIR_LIMIT, "Too many messages were sent to this customer in a short time.", resend=True
    ),
    131057: _entry(_UNKNOWN, "The account is in maintenance at Meta for a minute."),
    131059: _entry(_RETRY, "The list at Meta has changed meanwhile."),
    131060: _entry(
        _REJECT, "This message can be read only in the WhatsApp Business app on the business's phone."
    ),
    131061: _entry(_REJECT, _REQUEST),
    131062: _entry(
        _REJECT, "This message needs the customer's phone number; only a business-scoped id is known."
    ),
    131063: _entry(_REJECT, "Marketing templates are switched off for this number."),
    131064: _entry(_PAUSE, "Meta has stopped templates: too many were filed under a wrong category."),
    131208: _entry(_RETRY, "Too many group calls at the moment."),
    132000: _entry(_REJECT, _TEMPLATE_VALUES),
    132001: _entry(_REJECT, "The template does not exist in this language or is not approved."),
    132005: _entry(_REJECT, "The filled-in text of the template is too long."),
    132007: _entry(_REJECT, "The template's content violates a policy of WhatsApp."),
    132008: _entry(_REJECT, _TEMPLATE_VALUES),
    132012: _entry(_REJECT, _TEMPLATE_VALUES),
    132015: _entry(_REJECT, "Meta has paused this template because of its quality."),
    132016: _entry(_REJECT, "Meta has disabled this template for good."),
    132018: _entry(_REJECT, _TEMPLATE_VALUES),
    132068: _entry(_REJECT, "Meta has blocked this form."),
    132069: _entry(_REJECT, "Meta lets this form be sent only 10 times an hour for now.", resend=True),
    133000: _entry(_PAUSE, _REGISTER),
    133004: _entry(_UNKNOWN, _UNCERTAIN),
    133005: _entry(_PAUSE, _PIN),
    133006: _entry(_PAUSE, _REGISTER),
    133008: _entry(_PAUSE, _PIN),
    133009: _entry(_PAUSE, _PIN),
    133010: _entry(_PAUSE, _REGISTER),
    133015: _entry(_PAUSE, _REGISTER),
    133016: _entry(_PAUSE, "The number was registered too often; Meta asks to wait."),
    134011: _entry(_PAUSE, "The terms of payments on WhatsApp have not been accepted."),
    134100: _entry(_REJECT, "Only marketing templates can be sent this way."),
    134101: _entry(_REJECT, "Meta is still preparing the template; this takes ten minutes.", resend=True),
    134102: _entry(_REJECT, "The template is not available at the moment.", resend=True),
    135000: _entry(_REJECT, _REQUEST),
    136024: _entry(_PAUSE, _REGISTER),
    136025: _entry(_PAUSE, _REGISTER),
    137000: _entry(_REJECT, "The customer's security code has changed. Confirm who they are first."),
    139102: _entry(_RETRY, "The list of blocked customers was being changed by someone else."),
    2494100: _entry(_UNKNOWN, "The number is in maintenance at Meta for some minutes."),
}

# Whole families, both ends included. A code of its own in TABLE comes first.
RANGES: tuple[tuple[int, int, Entry], ...] = (
    (200, 299, _entry(_PAUSE, _PERMISSION)),
    (131201, 131215, _entry(_REJECT, "WhatsApp refused this for the group.")),
    (138000, 138018, _entry(_REJECT, "WhatsApp refused the call.")),
    (139000, 139004, _entry(_REJECT, "WhatsApp refused the form.")),
    (139100, 139103, _entry(_REJECT, "The customer could not be blocked or unblocked.")),
    (147001, 147005, _entry(_REJECT, "WhatsApp refused the business username.")),
    (2388000, 2388999, _entry(_REJECT, "Meta refused the template.")),
    (2593107, 2593109, _entry(_REJECT, "The phone app's chats cannot be fetched.")),
)

# Trouble with the access token: a new one mends it for every number of the account.
TOKEN_CODES: frozenset[int] = frozenset({0, 3, 10, 102, 104, 190, 131005})
TOKEN_CODE_RANGES: tuple[tuple[int, int], ...] = ((200, 299),)


def is_about_token(code: int | None) -> bool:
    """Whether a number that stopped for this may need a new access token. None: ours cannot be read."""
    in_range = code is not None and any(first <= code <= last for first, last in TOKEN_CODE_RANGES)
    return code is None or code in TOKEN_CODES or in_range


# What stops one number of an account stops all of them: the token, the account's standing, its payments. A
# missing permission is not among them, since a token may be granted one number and not another.
ACCOUNT_CODES: frozenset[int] = frozenset({0, 102, 104, 190, 368, 131031, 131042, 131044, 131064, 134011})

# A failed status with one of these concerns the whole number, not the one message.
PAUSING_CODES: frozenset[int] = frozenset(
    code for code, entry in TABLE.items() if entry.disposition is _PAUSE
) | frozenset(range(200, 300))


def entry_for(code: int | None) -> Entry | None:
    """The row of a code; None where the code is new to us."""
    if code is None:
        return None
    known = TABLE.get(code)
    if known is not None:
        return known
    return next((entry for first, last, entry in RANGES if first <= code <= last), None)
