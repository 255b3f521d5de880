"""Of a number's state the newest word stands: by Meta's time, by the resumption, and by the token."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.pause import learn_from_status, resume_number
from livechat.accounts.queries.pausing import TOKEN_UNREADABLE, resume_by_token
from livechat.conversations.block import set_customer_blocked
from livechat.core.errors import UnavailableError
from livechat.domain.clock import now
from livechat.inbound.storing import store as store_module
from livechat.models import Conversation, Message, PhoneNumber, WabaAccount
from livechat.numbers.queries import NumberData, store_account, store_number
from livechat.numbers.refresh_number import refresh_number
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.read_receipts import send_read_receipt
from livechat.outbound.show_typing import send_typing
from livechat.templates.sync_templates import sync_templates
from livechat.whatsapp.graph.error_codes import ACCOUNT_CODES
from livechat.whatsapp.graph.graph_errors import PAUSING_CODES, Disposition, GraphError
from livechat.whatsapp.webhook.items import Source, StatusUpdate
from tests.conftest import ENCRYPTION_KEY
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.sends.conftest import deliver, execute, statuses
from tests.sends.graph_server import GraphServer, refusal

AnySession = scoped_session[Session]
Queue = Callable[..., Message]
# Of the family of a hundred permission codes both ends stand for the others.
CODES = sorted(code for code in PAUSING_CODES if not 200 < code < 299)


def second(after_s: float = 0) -> datetime:
    """A time of Meta's: whole seconds."""
    return now().replace(microsecond=0) + timedelta(seconds=after_s)


def failed(number: PhoneNumber, at: datetime, code: int = 131042, wamid: str = "wamid.x") -> StatusUpdate:
    error = {"code": code, "title": "Meta's title", "detail": "A sentence.", "retryable": True}
    source = Source(0, "messages", None, number.phone_number_id)
    return StatusUpdate(source, wamid, "failed", at, "", None, error, code, {})


@pytest.fixture
def number(session: AnySession) -> PhoneNumber:
    made = make_number(session, make_account(session))
    session.commit()
    return made


def sent(session: AnySession, number: PhoneNumber, wamid: str = "wamid.x", *, at: datetime) -> None:
    make_message(session, make_conversation(session, number), direction="outbound", wamid=wamid, sent_at=at)
    session.commit()


def status_of(session: AnySession, number: PhoneNumber) -> tuple[str, int | None, str | None]:
    session.commit()
    session.refresh(number)
    return number.status, number.paused_code, number.paused_title


def connect_again(session: AnySession, number: PhoneNumber) -> None:
    """As ``POST /phone-numbers`` stores it."""
    account = session.get_one(WabaAccount, number.account_id)
    fresh = Fernet(ENCRYPTION_KEY).encrypt(b"EAAnew").decode()
    account_id = store_account(session, account.workspace_id, account.waba_id, fresh)
    assert account_id is not None
    data = NumberData(number.phone_number_id, number.display_phone_number, None, None, None)
    assert store_number(session, account.workspace_id, account_id, data) is False
    session.commit()


@pytest.mark.parametrize("code", CODES)
def test_a_late_failed_status_does_not_undo_a_resumption(
    session: AnySession, number: PhoneNumber, code: int
) -> None:
    sent(session, number, at=second(-120))
    assert learn_from_status(session, failed(number, second(-60), code))
    assert status_of(session, number) == ("paused", code, "Meta's title")
    assert resume_number(session, number.phone_number_id)
    session.commit()
    assert not learn_from_status(session, failed(number, second(-30), code))
    assert status_of(session, number)[0] == "connected"
    # And news of what is so now stops it, whichever second that is.
    execute("UPDATE chat_messages SET sent_at = now()")
    assert learn_from_status(session, failed(number, second(), code))
    assert status_of(session, number) == ("paused", code, "Meta's title")


def test_within_one_second_the_send_tells_which_came_first(session: AnySession, number: PhoneNumber) -> None:
    at = second(-10)
    resumed_at = at + timedelta(milliseconds=500)
    execute("UPDATE phone_numbers SET resumed_at = :at", at=resumed_at)
    sent(session, number, "wamid.before", at=resumed_at - timedelta(milliseconds=200))
    sent(session, number, "wamid.after", at=resumed_at + timedelta(milliseconds=200))
    assert not learn_from_status(session, failed(number, at, wamid="wamid.before"))
    assert learn_from_status(session, failed(number, at, wamid="wamid.after"))


def test_a_status_of_a_send_with_the_old_token_does_not_stop_the_new_one(
    session: AnySession, number: PhoneNumber
) -> None:
    sent(session, number, "wamid.old", at=second(-60))
    connect_again(session, number)
    # Meta is late, so that the word itself is younger than the token.
    assert not learn_from_status(session, failed(number, second(5), 190, "wamid.old"))
    assert not learn_from_status(session, failed(number, second(5), 131042, "wamid.old"))
    assert status_of(session, number)[0] == "connected"
    sent(session, number, "wamid.new", at=now())
    assert learn_from_status(session, failed(number, second(5), 190, "wamid.new"))


def test_another_apps_token_is_not_ours(session: AnySession, number: PhoneNumber) -> None:
    assert not learn_from_status(session, failed(number, second(), 190, "wamid.of another app"))
    assert learn_from_status(session, failed(number, second(), 131042, "wamid.of another app"))


@pytest.mark.parametrize("code", [190, 131042, 131048])
def test_an_answer_on_its_way_while_the_number_is_connected_again_says_nothing_of_it(
    session: AnySession,
    number: PhoneNumber,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
) -> None:
    conversation = make_conversation(session, number)
    queue(conversation)
    graph.script(str(conversation.customer_phone), refusal(code, 403))
    usual = sender.graph.send

    def send(*args: Any, **options: Any) -> Any:
        monkeypatch.undo()
        connect_again(session, session.get_one(PhoneNumber, number.phone_number_id))
        return usual(*args, **options)

    monkeypatch.setattr(sender.graph, "send", send)
    deliver(session, sender, conversation.id)
    assert status_of(session, number)[0] == "connected"
    assert statuses(conversation.id) == ["sent"]
    assert [call.token for call in graph.calls] == ["EAAtest", "EAAnew"]


def test_an_answer_that_is_younger_than_a_resumption_stops_it_again(
    session: AnySession, number: PhoneNumber, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    conversation = make_conversation(session, number)
    queue(conversation)
    for _ in range(2):
        graph.script(str(conversation.customer_phone), refusal(131042))
        deliver(session, sender, conversation.id)
        assert status_of(session, number) == ("paused", 131042, "Scripted")
        resume_number(session, number.phone_number_id)
        session.commit()
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["sent"]


class Refusing:
    """A Graph API that answers every call with this code, after the test's step."""

    def __init__(self, code: int, step: Callable[[], object]) -> None:
        self._code, self._step = code, step

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> Any:
            self._step()
            raise GraphError(self._code, "Meta's title", disposition=Disposition.PAUSE)

        return call


CALLS: dict[str, Callable[[AnySession, Any, Conversation], object]] = {
    "read receipt": lambda session, graph, c: send_read_receipt(
        session, Sender(graph, (ENCRYPTION_KEY,), 9), c.id
    ),
    "typing": lambda session, graph, c: send_typing(
        session, Sender(graph, (ENCRYPTION_KEY,), 9), c.id, now().timestamp()
    ),
    "block": lambda session, graph, c: set_customer_blocked(
        session, graph, (ENCRYPTION_KEY,), c, blocked=True
    ),
    "refresh": lambda session, graph, c: refresh_number(session, graph, (ENCRYPTION_KEY,), c.phone_number_id),
    "templates": lambda session, graph, c: sync_templates(
        session, graph, (ENCRYPTION_KEY,), session.get_one(PhoneNumber, c.phone_number_id).account_id
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("is_connected_again", [False, True])
def test_every_call_learns_once_with_a_title_and_only_of_its_own_token(
    session: AnySession, number: PhoneNumber, call: str, is_connected_again: bool
) -> None:
    conversation = make_conversation(session, number)
    message = make_message(session, conversation)
    session.commit()
    execute("UPDATE chat_conversations SET read_seq = :seq", seq=message.seq)
    open_transactions = []

    def step() -> None:
        open_transactions.append(session().in_transaction())
        if is_connected_again:
            connect_again(session, session.get_one(PhoneNumber, number.phone_number_id))

    # What the caller of a block is told is another test's.
    with suppress(UnavailableError):
        CALLS[call](session, Refusing(190, step), conversation)
    # No transaction is open while Meta answers.
    assert open_transactions == [False]
    wanted = ("connected", None, None) if is_connected_again else ("paused", 190, "Meta's title")
    assert status_of(session, number) == wanted


@pytest.mark.parametrize("code", [3, 10, 200, 131005])
def test_a_permission_that_templates_lack_stops_no_sends(
    session: AnySession, number: PhoneNumber, code: int
) -> None:
    assert code not in ACCOUNT_CODES
    conversation = make_conversation(session, number)
    session.commit()
    CALLS["templates"](session, Refusing(code, lambda: None), conversation)
    assert status_of(session, number)[0] == "connected"


def test_a_new_token_lets_those_go_on_whose_old_one_no_key_opened(
    session: AnySession, number: PhoneNumber
) -> None:
    neighbour = make_number(session, session.get_one(WabaAccount, number.account_id))
    for each in (number, neighbour):
        each.status, each.paused_at, each.paused_title = "paused", now(), TOKEN_UNREADABLE
    session.commit()
    assert resume_by_token(session, number.account_id, [190], []) != []
    session.commit()
    assert status_of(session, neighbour)[0] == "connected"


def test_there_is_one_way_in() -> None:
    """Nobody but ``accounts.pause`` writes that a number has stopped."""
    livechat = Path(store_module.__file__).parents[2]
    callers = {
        path.name
        for path in livechat.rglob("*.py")
        if "pausing.pause(" in (text := path.read_text(encoding="utf-8")) or "pause_number(" in text
    }
    assert callers == {"pause.py"}
