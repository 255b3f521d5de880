"""Checks every connected account: its token can be decrypted, works at Meta, and its webhooks come to us."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Row

from livechat.accounts.crypto import UndecryptableTokenError, decrypt_token, key_of
from livechat.accounts.queries import connections
from livechat.core.config import Settings
from livechat.core.session import AnySession
from livechat.operations.doctor.findings import Finding, note, ok, unknown, wrong
from livechat.whatsapp.graph.client import GraphClient, PhoneNumberInfo
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError

# Meta answers in some tenths of a second; an installation may have hundreds of accounts.
CALLS_AT_ONCE = 16
# After so many that were not answered at all nobody else is asked.
MOST_UNANSWERED = 3
Answer = TypeVar("Answer")
RECONNECT = "Connect the number again with a working token (POST /api/live-chat/phone-numbers)."


def check(session: AnySession, settings: Settings, graph: GraphClient | None) -> Iterator[Finding]:
    """Findings about accounts and numbers. If ``graph`` is None, tokens are only decrypted."""
    accounts = connections.accounts_with_numbers(session)
    session.rollback()
    if not accounts:
        yield note("tokens", "no number is connected yet")
        return
    tokens: dict[Any, str] = {}
    for account in accounts:
        try:
            tokens[account.account_id] = decrypt_token(
                account.access_token_encrypted, settings.encryption_keys
            )
        except UndecryptableTokenError:
            yield wrong(
                f"token of account {account.waba_id}",
                "no key in LIVECHAT_ENCRYPTION_KEY opens it",
                "Put the key that made it back behind the newest one, or connect the number again.",
            )
    if len(tokens) == len(accounts):
        yield ok("tokens", f"all {len(tokens)} can be decrypted")
    yield _keys([account.access_token_encrypted for account in accounts], settings.encryption_keys)
    for account in accounts:
        yield from _paused(account)
    if graph is None:
        yield unknown("meta", "was not asked")
        return
    readable = [account for account in accounts if account.account_id in tokens]
    meta = _Meta(graph)
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        for findings in pool.map(lambda one: meta.findings(one, tokens[one.account_id]), readable):
            yield from findings


def _keys(ciphertexts: Sequence[str], keys: Sequence[str]) -> Finding:
    needed = Counter(key_of(ciphertext, keys) for ciphertext in ciphertexts)
    each = [f"key {place + 1} opens {needed[place]}" for place in range(len(keys))]
    detail = f"{'; '.join(each)} (the newest is 1)" if len(keys) > 1 else f"1 key opens {needed[0]}"
    if any(needed[place] for place in range(1, len(keys))):
        return note(
            "encryption keys", detail, "“flask --app wsgi livechat rotate-keys” frees the older ones."
        )
    if len(keys) > 1:
        return note("encryption keys", detail, "The older ones can be taken out.")
    return ok("encryption keys", detail)


def _paused(account: Row[Any]) -> Iterator[Finding]:
    for number in account.numbers:
        if number["status"] == "paused":
            code = f" (Meta's code {number['code']})" if number["code"] is not None else ""
            yield wrong(
                f"number {number['id']}",
                f"paused{code}: {number['reason'] or 'no reason is known'}",
                f"Its sends wait. {RECONNECT}",
            )


class _NotAskedError(GraphError):
    """Nobody was asked, since others were not answered."""


class _Meta:
    """Meta, asked about each account for as long as it answers: there may be hundreds to wait for."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph
        self._unanswered = 0
        self._lock = threading.Lock()

    def findings(self, account: Row[Any], token: str) -> Sequence[Finding]:
        """What Meta says of the account's numbers and its webhooks."""
        return [*self._numbers(account, token), *self._webhooks(account, token)]

    def _numbers(self, account: Row[Any], token: str) -> Iterator[Finding]:
        ids = [number["id"] for number in account.numbers]
        told: dict[str, PhoneNumberInfo | GraphError] = {}
        if len(ids) > 1:
            # One call for all. What it does not tell is asked one by one: its right is another.
            try:
                listed = self._asked(self._graph.phone_numbers, account.waba_id, token)
                told = {info.phone_number_id: info for info in listed}
            except GraphError as error:
                if error.disposition is Disposition.PAUSE:
                    told = dict.fromkeys(ids, error)
        for number_id in ids:
            check = f"token for number {number_id}"
            answer = told.get(number_id) or self._number(number_id, token)
            if isinstance(answer, GraphError):
                yield _refused(check, answer)
            else:
                quality = f", quality {answer.quality_rating}" if answer.quality_rating else ""
                yield ok(check, f"works{quality}")

    def _number(self, number_id: str, token: str) -> PhoneNumberInfo | GraphError:
        try:
            return self._asked(self._graph.phone_number, number_id, token)
        except GraphError as error:
            return error

    def _webhooks(self, account: Row[Any], token: str) -> Iterator[Finding]:
        check = f"webhooks of account {account.waba_id}"
        try:
            apps = self._asked(self._graph.subscriptions, account.waba_id, token)
        except GraphError as error:
            yield _refused(check, error)
            return
        if not apps:
            yield wrong(check, "no app is subscribed, so that no webhook comes", RECONNECT)
            return
        yield ok(check, "subscribed: " + ", ".join(app.name or app.app_id or "an app" for app in apps))
        for app in apps:
            if app.override_callback_uri:
                yield note(check, f"go to {app.override_callback_uri} instead of the app's own address")

    def _asked(self, call: Callable[[str, str], Answer], id_: str, token: str) -> Answer:
        if self._unanswered >= MOST_UNANSWERED:
            raise _NotAskedError(None, "WhatsApp was not reached before", disposition=Disposition.RETRY)
        try:
            return call(id_, token)
        except GraphError as error:
            if _is_unanswered(error):
                with self._lock:
                    self._unanswered += 1
            raise


def _is_unanswered(error: GraphError) -> bool:
    return error.code is None and error.http_status is None


def _refused(check: str, error: GraphError) -> Finding:
    if isinstance(error, _NotAskedError):
        return unknown(check, "was not asked: others were not answered", "Ask again in a few minutes.")
    code = f"Meta's code {error.code}" if error.code is not None else f"HTTP {error.http_status}"
    if error.disposition in (Disposition.PAUSE, Disposition.REJECT):
        return wrong(check, f"refused ({code}): {error.title}", RECONNECT)
    if _is_unanswered(error):
        return wrong(check, error.title, "See whether this machine reaches WHATSAPP_API_URL.")
    return unknown(check, f"Meta cannot say now ({code}): {error.title}", "Ask again in a few minutes.")
