"""The list finds people by name however it is written: composed or not, with accents or without, in any case."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.queries.visible import views_of_member
from livechat.conversations.ornaments import all_shown
from livechat.domain import clock
from livechat.inbox.inbox_filter import InboxFilter, Sort
from livechat.inbox.queries.inbox_pages import inbox_page
from tests.factories import make_account, make_conversation, make_message, make_number


@pytest.mark.parametrize(
    ("name", "searched"),
    [
        ("Jos\u00e9", "Jose\u0301"),
        ("Jose\u0301", "Jos\u00e9"),
        ("Jos\u00e9", "jose"),
        ("Jose", "JOS\u00c9"),
        ("\u00c5sa \u00d8stergaard", "asa ostergaard"),
        ("Nguy\u1ec5n", "nguyen"),
        ("Stra\u00dfer", "STRASSER"),
        ("\u0141ukasz", "lukasz"),
        ("\uff21\uff53\uff48\uff41", "Asha"),
        ("Asha", "\uff21\uff33\uff28\uff21"),
        ("\u0623\u062d\u0645\u062f", "\u0627\u062d\u0645\u062f"),
        ("\u0627\u062d\u0645\u062f", "\u0623\u064e\u062d\u0652\u0645\u064e\u062f"),
        ("\u0641\u0627\u0637\u0645\u0629", "\u0641\u0627\u0637\u0645\u0647"),
        ("\u0639\u0644\u06cc", "\u0639\u0644\u064a"),
        ("\u304c\u304e", "\u304b\u3099\u304d\u3099"),
        ("\uae40\ubbfc", "\u1100\u1175\u11b7"),
        ("100% Asha_1\\", "0% asha_1\\"),
    ],
)
def test_a_name_is_found_however_it_is_written(
    client: FlaskClient,
    session: scoped_session[Session],
    auth: Callable[[UUID], dict[str, str]],
    name: str,
    searched: str,
) -> None:
    account = make_account(session)
    number = make_number(session, account)
    wanted = make_conversation(session, number, customer_name=name)
    other = make_conversation(session, number, customer_name="Zbigniew")
    for conversation in (wanted, other):
        conversation.last_message_id = make_message(session, conversation).id
    wanted_id = str(wanted.id)
    session.commit()
    answer = client.get(
        "/api/live-chat/conversations",
        query_string={"phone_number_id": number.phone_number_id, "search": searched},
        headers=auth(account.user_id),
    )
    assert [row["id"] for row in answer.json["conversations"]] == [wanted_id]


def test_the_search_goes_by_an_index(session: scoped_session[Session]) -> None:
    account = make_account(session)
    number = make_number(session, account)
    session.execute(
        text(
            "INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, customer_name, "
            "last_message_time, last_message_id) SELECT gen_random_uuid(), gen_random_uuid(), :number, "
            "'9190' || n, 'Name ' || md5(n::text), now(), gen_random_uuid() FROM generate_series(1, 20000) n"
        ),
        {"number": number.phone_number_id},
    )
    session.commit()
    session.execute(text("ANALYZE chat_conversations"))
    session.commit()
    plan = session.scalars(
        text(
            "EXPLAIN SELECT id FROM chat_conversations "
            "WHERE fold_person(customer_name, customer_username, customer_phone) LIKE "
            "concat('%', fold_name('c4ca4238'), '%') ORDER BY last_message_time DESC LIMIT 50"
        )
    ).all()
    assert any("ix_chat_conversations_search" in line for line in plan), plan
    views, wanted = views_of_member(session, account.user_id), InboxFilter(search="c4ca4238")
    shown, now = all_shown(first=2), clock.now()
    found = inbox_page(
        session, views, wanted, Sort.RECENT, shown, user_id=account.user_id, limit=50, asked_at=now
    )
    assert [shown.json(row, now)["customer_phone"] for row, _ in found] == ["91901"]
