"""Resuming a paused number, because a person says that its trouble is over."""

from collections.abc import Sequence
from uuid import UUID

from livechat.accounts.access import access_phone_number
from livechat.accounts.crypto import UndecryptableTokenError, decrypt_token
from livechat.accounts.pause import resume_account, resume_number
from livechat.accounts.present_number import Json, phone_number_json
from livechat.accounts.queries.notices import settle
from livechat.core.errors import UnavailableError, WhatsAppTokenInvalidError
from livechat.core.session import AnySession
from livechat.models import PhoneNumber, WabaAccount
from livechat.numbers.queries import phone_number_facts
from livechat.whatsapp.account.news import STOP_NOTICES
from livechat.whatsapp.graph.client import GraphClient
from livechat.whatsapp.graph.error_codes import ACCOUNT_CODES, is_about_token
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError


def resume_by_owner(
    session: AnySession,
    graph: GraphClient,
    user_id: UUID,
    phone_number_id: str,
    *,
    encryption_keys: Sequence[str],
) -> Json:
    """Commits as ``resume_checked`` does: resume the user's number; the number as the API shows it.

    Raises what ``resume_checked`` raises, and NotFoundError where the user does not own the number.
    """
    number = access_phone_number(session, user_id, phone_number_id)
    resume_checked(session, graph, number, encryption_keys=encryption_keys)
    number, account, unread = phone_number_facts(session, phone_number_id)
    return phone_number_json(number, account, unread_count=unread)


def resume_checked(
    session: AnySession, graph: GraphClient, number: PhoneNumber, *, encryption_keys: Sequence[str]
) -> bool:
    """Commits after Meta's answer: let a number send again, and others that stopped for the same reason.

    The others are those of its account. False where the number was not paused. If the access token was the
    reason, Meta is asked first, with no transaction open. Raises WhatsAppTokenInvalidError where Meta still
    refuses the token, UnavailableError where it does not answer.
    """
    phone_number_id, account_id, code = number.phone_number_id, number.account_id, number.paused_code
    if number.status != "paused":
        return False
    ciphertext = session.get_one(WabaAccount, account_id).access_token_encrypted
    session.rollback()
    if is_about_token(code):
        _prove(graph, phone_number_id, ciphertext, encryption_keys)
    resumed = resume_number(session, phone_number_id)
    if code in ACCOUNT_CODES:
        resume_account(session, account_id, code)
    waba_id = session.get_one(WabaAccount, account_id).waba_id
    settle(session, waba_id, [phone_number_id], STOP_NOTICES.get(code or 0, ()))
    session.commit()
    return resumed


def _prove(graph: GraphClient, phone_number_id: str, ciphertext: str, keys: Sequence[str]) -> None:
    try:
        graph.phone_number(phone_number_id, decrypt_token(ciphertext, keys))
    except UndecryptableTokenError as error:
        raise WhatsAppTokenInvalidError(
            "The stored access token cannot be read. Connect the number again with a new one."
        ) from error
    except GraphError as error:
        if error.disposition in (Disposition.PAUSE, Disposition.REJECT):
            reason = f" (Meta's code {error.code})" if error.code is not None else ""
            raise WhatsAppTokenInvalidError(
                f"WhatsApp still refuses the access token{reason}. Connect the number again with a new one."
            ) from error
        raise UnavailableError("WhatsApp could not be reached to check the access token.") from error
