"""Checks every connected account: its token can be decrypted, works at Meta, and its webhooks come to us."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Row

from livechat.accounts.crypto import UndecryptableTokenError, decrypt_token, key_of
from livechat.accounts.queries import connections
from livechat.core.config import Settings
from livechat.core.session import AnySession
from livechat.operations.doctor.findings import Finding, note, ok, unknown, wrong
from livechat.whatsapp.graph.client import GraphClient
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError

# Meta answers in some tenths of a second; an installation may have hundreds of accounts.
CALLS_AT_ONCE = 8
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
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        for findings in pool.map(lambda one: _at_meta(graph, one, tokens[one.account_id]), readable):
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


def _at_meta(graph: GraphClient, account: Row[Any], token: str) -> Sequence[Finding]:
    findings = []
    for number in account.numbers:
        check = f"token for number {number['id']}"
        try:
            info = graph.phone_number(number["id"], token)
        except GraphError as error:
            findings.append(_refused(check, error))
        else:
            quality = f", quality {info.quality_rating}" if info.quality_rating else ""
            findings.append(ok(check, f"works{quality}"))
    check = f"webhooks of account {account.waba_id}"
    try:
        apps = graph.subscriptions(account.waba_id, token)
    except GraphError as error:
        findings.append(_refused(check, error))
        return findings
    if not apps:
        findings.append(wrong(check, "no app is subscribed, so that no webhook comes", RECONNECT))
        return findings
    findings.append(ok(check, "subscribed: " + ", ".join(app.name or app.app_id or "an app" for app in apps)))
    findings += [
        note(check, f"go to {app.override_callback_uri} instead of the app's own address")
        for app in apps
        if app.override_callback_uri
    ]
    return findings


def _refused(check: str, error: GraphError) -> Finding:
    code = f"Meta's code {error.code}" if error.code is not None else f"HTTP {error.http_status}"
    if error.disposition in (Disposition.PAUSE, Disposition.REJECT):
        return wrong(check, f"refused ({code}): {error.title}", RECONNECT)
    if error.code is None and error.http_status is None:
        return wrong(check, error.title, "See whether this machine reaches WHATSAPP_API_URL.")
    return unknown(check, f"Meta cannot say now ({code}): {error.title}", "Ask again in a few minutes.")
