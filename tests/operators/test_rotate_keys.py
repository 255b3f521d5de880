"""``livechat rotate-keys``: every token under the newest key, and none lost on the way."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat import create_app, init_command_line, use_broker
from livechat.accounts.crypto import decrypt_token, encrypt_token, key_of
from livechat.accounts.rotate_keys import rotate_keys
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.numbers.queries import store_account
from tests.conftest import ENCRYPTION_KEY, environment, wait_until
from tests.factories import make_account, make_number
from tests.operators.conftest import Run
from tests.services import EmbeddedServices

AnySession = scoped_session[Session]
NEW = Fernet.generate_key().decode()
KEYS = (NEW, ENCRYPTION_KEY)


@pytest.fixture
def rotating(services: EmbeddedServices, settings: Settings, app: Flask) -> Iterator[Flask]:
    """The product with a new key in front of the old one."""
    variables = environment(services, LIVECHAT_ENCRYPTION_KEY=",".join(KEYS))
    other = create_app(Settings.from_env(variables))
    init_command_line(other)
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()
    use_broker(settings)


def tokens(session: AnySession) -> dict[Any, str]:
    rows = session.execute(text("SELECT id, access_token_encrypted FROM waba_accounts"))
    found = {row.id: row.access_token_encrypted for row in rows}
    session.rollback()
    return found


def test_tokens_move_to_the_newest_key_and_stay_what_they_are(
    session: AnySession, livechat: Run, rotating: Flask
) -> None:
    old = {
        make_account(session, access_token_encrypted=encrypt_token(f"EAA{n}", [ENCRYPTION_KEY])).id: f"EAA{n}"
        for n in range(3)
    }
    new = make_account(session, access_token_encrypted=encrypt_token("EAAnew", [NEW])).id
    session.commit()
    before = tokens(session)
    examined = livechat("doctor", "--skip-meta", on=rotating).output
    assert "encryption keys: key 1 opens 1; key 2 opens 3 (the newest is 1)" in examined
    assert "rotate-keys” frees the older ones" in examined
    result = livechat("rotate-keys", on=rotating)
    assert result.exit_code == 0
    assert result.output == "3 of 4 access tokens were encrypted anew, 1 had the newest key.\n"
    after = tokens(session)
    assert {account: decrypt_token(token, [NEW]) for account, token in after.items()} == old | {new: "EAAnew"}
    assert after[new] == before[new]
    assert "The older ones can be taken out." in livechat("doctor", "--skip-meta", on=rotating).output
    again = livechat("rotate-keys", on=rotating)
    assert again.output == "0 of 4 access tokens were encrypted anew, 4 had the newest key.\n"
    assert tokens(session) == after


def test_a_token_that_no_key_opens_is_named_and_left(
    session: AnySession, livechat: Run, rotating: Flask
) -> None:
    lost = make_account(
        session, access_token_encrypted=encrypt_token("EAA", [Fernet.generate_key().decode()])
    )
    moved = make_account(session)
    make_number(session, moved)
    session.commit()
    before = tokens(session)
    result = livechat("rotate-keys", on=rotating)
    assert result.exit_code == 1
    assert "1 of 2 access tokens" in result.output
    assert f"No key opens the token of account {lost.id}" in result.output
    after = tokens(session)
    assert after[lost.id] == before[lost.id]
    assert key_of(after[moved.id], KEYS) == 0


def test_an_account_that_is_connected_again_meanwhile_keeps_its_new_token(
    app: Flask, session: AnySession
) -> None:
    account = make_account(session, access_token_encrypted=encrypt_token("EAAold", [ENCRYPTION_KEY]))
    session.refresh(account)
    account_id, workspace_id, waba_id = account.id, account.workspace_id, account.waba_id
    session.commit()
    done: list[Any] = []

    def rotate() -> None:
        with app.app_context():
            done.append(rotate_keys(db.session, KEYS))
            db.session.remove()

    rotation = threading.Thread(target=rotate)
    # A web process with the old order of keys; the rotation has read the old token and waits for its row.
    store_account(session, workspace_id, waba_id, encrypt_token("EAAreconnected", [ENCRYPTION_KEY]))
    rotation.start()
    wait_until(_somebody_waits)
    session.commit()
    rotation.join()
    assert (done[0].moved, done[0].lost) == (0, [])
    assert decrypt_token(tokens(session)[account_id], KEYS) == "EAAreconnected"
    assert rotate_keys(session, KEYS).moved == 1
    assert decrypt_token(tokens(session)[account_id], [NEW]) == "EAAreconnected"


def _somebody_waits() -> bool:
    with db.engine.connect() as connection:
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return connection.execute(text(waiting)).first() is not None
