"""The numbers on the tabs: who has seen something change is told to fetch them; seldom, and in the end always."""

from uuid import uuid4

from sqlalchemy.orm import Session, scoped_session

from livechat.domain.visibility import Audience, Sight, Visibility
from livechat.live import ephemeral
from livechat.live.ephemeral import Ephemeral
from livechat.live.subscription import LiveEvent, Subscription, Unnumbered
from tests.conftest import wait_until
from tests.events.conftest import OpenStream
from tests.events.test_ephemeral import member, workspace
from tests.ingest.conftest import OWNER, Meta, make_text_body


def test_however_much_was_shown_counts_are_told_once_by_each_look_at_the_clock() -> None:
    user, account, home = uuid4(), uuid4(), uuid4()
    sights = {account: Sight(user, Visibility.OWN)}
    stream = Subscription(user, None, 1, {account}, 0, sights=sights, homes={account: home})

    def happens(audience: Audience | None) -> None:
        stream.offer([LiveEvent(account, (1, 0), None, b"event: x\n\n", audience=audience)])
        stream.take(9, 0)

    def told() -> int:
        stream.offer_counts()
        return sum(isinstance(item, Unnumbered) for item in stream.take(9, 0))

    theirs, hidden = Audience("1", assignee_id=user), Audience("1")
    assert told() == 0
    for _ in range(5):
        happens(theirs)
    assert (told(), told()) == (1, 0)
    for audience in (hidden, None):
        happens(audience)
    assert told() == 0


def test_the_last_change_is_told_too_and_nothing_to_who_saw_none(
    meta: Meta, session: scoped_session[Session], browse: OpenStream
) -> None:
    here = workspace(session)
    ours, blind = browse(OWNER), browse(member(session, here, visibility="own"))
    meta.deliver_body(make_text_body(body="one"))
    wait_until(lambda: ours.counts)
    before = len(ours.counts)
    meta.deliver_body(make_text_body("wamid.two", body="two"))
    wait_until(lambda: len(ours.counts) > before)
    assert [(event.id, event.data) for event in ours.counts[:1]] == [("", {"workspace_id": str(here)})]
    ephemeral.send(meta.redis, Ephemeral("end", {}, here))
    wait_until(lambda: blind.names() == ["end"])
    assert blind.counts == []
