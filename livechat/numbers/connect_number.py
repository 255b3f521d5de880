"""A user connects a WhatsApp number: the token is proved at Meta, then both are stored in a workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.access import ask_second_factor, parse_id, require
from livechat.accounts.crypto import encrypt_token
from livechat.accounts.present_number import phone_number_json
from livechat.accounts.queries.membership import member_of, own_workspace, workspace_of_number
from livechat.accounts.queries.notices import notices_of_numbers, settle, want_refresh
from livechat.accounts.queries.pausing import resume_by_token
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.errors import (
    NotFoundError,
    PhoneNumberTakenError,
    UnavailableError,
    WhatsAppTokenInvalidError,
)
from livechat.core.tasknames import TaskName
from livechat.domain.permissions import Permission, is_allowed
from livechat.domain.text import storable
from livechat.live.publish import publish_account
from livechat.live.queries import accounts_of_numbers
from livechat.numbers.queries import (
    NumberData,
    phone_number_facts,
    store_account,
    store_number,
)
from livechat.templates.queries import accounts_of_waba, want_sync_at_once
from livechat.whatsapp.account.news import GONE, NO_PERMISSION, STOP_NOTICES
from livechat.whatsapp.graph.error_codes import TOKEN_CODE_RANGES, TOKEN_CODES
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError

log = structlog.get_logger(__name__)


class NumberInfo(Protocol):
    """What the Graph API says of a number."""

    @property
    def phone_number_id(self) -> str | None: ...
    @property
    def display_phone_number(self) -> str | None: ...
    @property
    def verified_name(self) -> str | None: ...
    @property
    def quality_rating(self) -> str | None: ...
    @property
    def throughput_level(self) -> str | None: ...


class Graph(Protocol):
    """The Graph client's calls that prove an access token."""

    def phone_number(self, phone_number_id: str, token: str) -> NumberInfo: ...
    def subscribe(self, waba_id: str, token: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Connected:
    """The phone number as the API shows it, and whether it is new here."""

    number: dict[str, Any]
    is_new: bool


def connect_number(
    session: Session | scoped_session[Any],
    graph: Graph,
    *,
    user_id: UUID,
    waba_id: str,
    phone_number_id: str,
    access_token: str,
    encryption_keys: Sequence[str],
    workspace_id: str | None = None,
) -> Connected:
    """Commits after Meta's answer: connect a number, or reconnect it with a new token.

    A paused number goes on, with the sends that waited. The session's transaction ends before Meta is asked,
    so that no connection is held meanwhile. Raises PhoneNumberTakenError, WhatsAppTokenInvalidError,
    UnavailableError, or what choosing the workspace raises, and then nothing is stored.
    """
    place = _place(session, user_id, phone_number_id, workspace_id)
    session.rollback()
    info = _prove(graph, waba_id, phone_number_id, access_token)
    place = place or own_workspace(session, user_id)
    ask_second_factor(place)
    account_id = store_account(session, place, waba_id, encrypt_token(access_token, encryption_keys))
    if account_id is None:
        session.rollback()
        raise PhoneNumberTakenError
    # One that the number leaves, and those of the other owners of this WABA, whose notices are settled below.
    others = {*accounts_of_numbers(session, [phone_number_id]), *accounts_of_waba(session, waba_id)}
    is_new = store_number(session, place, account_id, _data(phone_number_id, info))
    if is_new is None:
        # Another user was first since we looked.
        session.rollback()
        raise PhoneNumberTakenError
    # Meta has accepted the token for account and number, so notices about permissions are over.
    settle(session, waba_id, ["", phone_number_id], (*STOP_NOTICES[NO_PERMISSION], *STOP_NOTICES[GONE]))
    resume_by_token(session, account_id, sorted(TOKEN_CODES), TOKEN_CODE_RANGES)
    number, account, unread = phone_number_facts(session, phone_number_id)
    shown = phone_number_json(
        number,
        account,
        unread_count=unread,
        notices=notices_of_numbers(session, [phone_number_id])[phone_number_id],
    )
    publish_account(session, account_id, others)
    enqueue_after_commit(session, TaskName.SWEEP_OUTBOUND)
    want_sync_at_once(session, account_id)
    want_refresh(session, [phone_number_id])
    enqueue_after_commit(session, TaskName.SYNC_TEMPLATES, account_id=str(account_id))
    enqueue_after_commit(session, TaskName.REFRESH_NUMBER, phone_number_id=phone_number_id)
    session.commit()
    log.info("number_connected", phone_number_id=phone_number_id, account_id=str(account_id), is_new=is_new)
    return Connected(number=shown, is_new=is_new)


def _place(
    session: Session | scoped_session[Any], user_id: UUID, phone_number_id: str, workspace_id: str | None
) -> UUID | None:
    """The workspace to connect the number in; None: the user's own, which may have to be made.

    Who connects a number again that their workspace has need not name it. Raises NotFoundError where the user
    is not in the workspace that they name, ForbiddenError where they are not its admin.
    """
    has_it = workspace_of_number(session, phone_number_id)
    wanted = has_it if workspace_id is None else parse_id(workspace_id, "workspace")
    member = None if wanted is None else member_of(session, wanted, user_id)
    if workspace_id is not None:
        if member is None:
            raise NotFoundError("There is no such workspace.")
        require(member)
    elif member is not None and not is_allowed(member.role, Permission.NUMBER_MANAGE):
        raise PhoneNumberTakenError
    if has_it is not None and (member is None or has_it != wanted):
        raise PhoneNumberTakenError
    return wanted


def _prove(graph: Graph, waba_id: str, phone_number_id: str, access_token: str) -> NumberInfo:
    try:
        info = graph.phone_number(phone_number_id, access_token)
        graph.subscribe(waba_id, access_token)
    except GraphError as error:
        log.info(
            "number_not_connected",
            phone_number_id=phone_number_id,
            disposition=str(error.disposition),
            meta_code=error.code,
        )
        if error.disposition in (Disposition.PAUSE, Disposition.REJECT):
            reason = f" (Meta's code {error.code})" if error.code is not None else ""
            raise WhatsAppTokenInvalidError(
                f"WhatsApp refused this access token for this number and account{reason}."
            ) from error
        wait_s = getattr(error, "retry_after_s", None)
        raise UnavailableError(
            "WhatsApp could not be reached to check the access token.",
            retry_after_s=max(1, round(wait_s)) if wait_s else 5,
        ) from error
    if info.phone_number_id != phone_number_id:
        # Something other than the Graph API has answered 200, which proves nothing.
        raise UnavailableError("WhatsApp's answer does not name the number.")
    return info


def _data(phone_number_id: str, info: NumberInfo) -> NumberData:
    def text(value: str | None) -> str | None:
        return storable(value) if value else None

    return NumberData(
        phone_number_id=phone_number_id,
        display_phone_number=text(info.display_phone_number) or "",
        verified_name=text(info.verified_name),
        quality_rating=text(info.quality_rating),
        throughput_level=text(info.throughput_level),
    )
