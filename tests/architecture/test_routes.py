"""Every route is closed to strangers, whoever adds it and wherever."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.routing import Rule

from livechat.api.auth import PUBLIC_RULES
from tests.factories import make_account, make_conversation, make_message, make_number

API = "/api/live-chat"


def rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def with_ids(rule: str, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda match: ids.get(match[1], str(uuid4())), rule)


def test_without_a_token_only_what_is_listed_answers(app: Flask, client: FlaskClient) -> None:
    closed = [(method, rule.rule) for method, rule in rules(app) if rule.rule not in PUBLIC_RULES]
    assert closed
    for method, rule in closed:
        answer = client.open(with_ids(rule, {}), method=method)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), rule
        assert answer.json["code"] == "unauthorized"


def test_what_is_public_and_ours_is_about_the_api_itself() -> None:
    # Customers' data is never public: opening another rule under the API is a decision to be made here too.
    assert {rule for rule in PUBLIC_RULES if rule.startswith(API)} == {
        f"{API}/openapi.json",
        f"{API}/docs",
        f"{API}/docs/<path:filename>",
        # Files, by addresses that are signed and end after some minutes: <img> and <audio> send no token.
        f"{API}/media/<token>",
    }


def test_a_strangers_token_finds_nothing(
    app: Flask,
    client: FlaskClient,
    session: scoped_session[Session],
    auth: Callable[[UUID], dict[str, str]],
) -> None:
    number = make_number(session, make_account(session, uuid4()))
    conversation = make_conversation(session, number)
    message = make_message(session, conversation)
    make_account(session, stranger := uuid4())
    session.commit()
    ids = {
        "conversation_id": str(conversation.id),
        "message_id": str(message.id),
        "phone_number_id": number.phone_number_id,
    }
    with_id = [(m, r) for m, r in rules(app) if "<" in r.rule and r.rule not in PUBLIC_RULES]
    assert with_id
    for method, rule in with_id:
        assert rule.arguments <= ids.keys(), f"say here what {rule.rule} takes"
        for header in (auth(stranger), auth(uuid4())):
            answer = client.open(with_ids(rule.rule, ids), method=method, headers=header)
            assert (answer.status_code, answer.json["code"]) == (404, "not_found"), rule.rule


@pytest.mark.parametrize("path", ["/conversations", "/messages"])
def test_ids_in_queries_are_not_found_by_strangers_either(
    client: FlaskClient,
    session: scoped_session[Session],
    auth: Callable[[UUID], dict[str, str]],
    path: str,
) -> None:
    owner, stranger = uuid4(), uuid4()
    number = make_number(session, make_account(session, owner))
    conversation = make_conversation(session, number)
    session.commit()
    query = {"phone_number_id": number.phone_number_id, "conversation_id": str(conversation.id)}
    assert client.get(f"{API}{path}", query_string=query, headers=auth(owner)).status_code == 200
    answer = client.get(f"{API}{path}", query_string=query, headers=auth(stranger))
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
