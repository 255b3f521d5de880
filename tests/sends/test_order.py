"""Whatever Meta answers to each message, and whoever sends it: in order, and each at most once."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from livechat.models import Message
from livechat.outbound.delivery.deliver import Sender
from tests.factories import make_conversation, make_number
from tests.sends.conftest import deliver, execute, statuses
from tests.sends.graph_server import DROP_AFTER_ACCEPTING, HTML_502, OK, Answer, GraphServer, refusal

AnySession = scoped_session[Session]
Queue = Callable[..., Message]

# Refused for now, refused for good, taken without a word of it, perhaps taken, taken.
ANSWERS = {
    "later": refusal(4, 429),
    "never": refusal(131026),
    "lost": DROP_AFTER_ACCEPTING,
    "perhaps": HTML_502,
    "taken but 5xx": Answer(status=502, html=True, take=True),
    "taken": OK,
}
ENDS = {
    "never": "failed",
    "lost": "unknown",
    "perhaps": "unknown",
    "taken but 5xx": "unknown",
    "taken": "sent",
}
# What one message hears: a few times "later", then its end.
heard = st.tuples(st.integers(0, 2), st.sampled_from(sorted(ENDS)))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(conversations=st.lists(st.lists(heard, min_size=1, max_size=4), min_size=1, max_size=3))
def test_messages_arrive_in_order_and_once_whatever_meta_answers(
    session: AnySession,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    conversations: list[list[tuple[int, str]]],
) -> None:
    number = make_number(session)
    made: list[tuple[Any, list[tuple[int, str]]]] = []
    for messages in conversations:
        conversation = make_conversation(session, number)
        for n, (refusals, end) in enumerate(messages):
            queue(conversation, str(n))
            answers = [ANSWERS["later"]] * refusals + [ANSWERS[end]]
            graph.script(str(conversation.customer_phone), *answers)
        made.append((conversation, messages))
    ids = [conversation.id for conversation, _ in made]
    rounds = 0
    while any("queued" in statuses(id_) for id_ in ids):
        # Every wait is over at once; every run is another worker's.
        execute("UPDATE chat_messages SET next_attempt_at = now() WHERE status = 'queued'")
        deliver(session, sender, *ids)
        rounds += 1
        assert rounds < 30
    for conversation, messages in made:
        assert statuses(conversation.id) == [ENDS[end] for _, end in messages]
        arrived = [body["text"]["body"] for body in graph.accepted_by(str(conversation.customer_phone))]
        taken = [str(n) for n, (_, end) in enumerate(messages) if ANSWERS[end].take]
        assert arrived == taken
