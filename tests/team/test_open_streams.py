"""What a member may see changes under their open stream: the whole way, from one request to another's stream."""

from livechat.live.publish import publish
from livechat.models import Conversation
from tests.conftest import wait_until
from tests.events.conftest import OpenStream, Server, browse, server
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

__all__ = ["browse", "server"]
# Sooner than the look that every process takes by itself.
SOON_S = 8.0


def write(session: DbSession, conversation: Conversation, words: str) -> None:
    """A customer's message, stored and told."""
    message = make_message(session, conversation, text=words)
    publish(session, created={message.id: conversation.id})
    session.commit()


def test_a_narrower_sight_narrows_the_open_stream_and_a_wider_one_widens_it(
    session: DbSession, team: Team, server: Server, browse: OpenStream
) -> None:
    """B4."""
    agent = team.member()
    mine, free = (make_conversation(session, team.numbers[0], assignee_id=who) for who in (agent, None))
    session.commit()
    path = f"/workspaces/{team.workspace_id}/members/{agent}"
    theirs, owners = browse(agent), browse(team.owner)

    def change(body: dict[str, object]) -> None:
        known = theirs.names().count("reset")
        assert server.call("PATCH", path, team.owner, body)[0] == 200
        # What came into sight or left it no event tells: they are told to fetch afresh, at once.
        wait_until(lambda: theirs.names().count("reset") > known, SOON_S)

    def heard(*words: str) -> list[str]:
        """Of these, what the agent has heard when the owner has heard them all."""
        for text in words[:-1]:
            write(session, free, text)
        write(session, mine, words[-1])
        wait_until(lambda: owners.texts()[-1:] == [words[-1]])
        wait_until(lambda: theirs.texts()[-1:] == [words[-1]])
        return [text for text in theirs.texts() if text in words]

    assert heard("one", "two") == ["one", "two"]
    change({"visibility": "own"})
    assert server.call("GET", f"/conversations/{free.id}", agent)[0] == 404
    assert heard("three", "four") == ["four"]
    change({"visibility": "all"})
    assert heard("five", "six") == ["five", "six"]
    assert theirs.ended_at is None


def test_who_is_removed_or_suspended_hears_nothing_more(
    session: DbSession, team: Team, server: Server, browse: OpenStream
) -> None:
    """A5, for streams."""
    removed, suspended = team.member(), team.member()
    chat = make_conversation(session, team.numbers[0])
    session.commit()
    members = f"/workspaces/{team.workspace_id}/members"
    pages = [browse(removed), browse(suspended)]
    owners = browse(team.owner)
    assert server.call("DELETE", f"{members}/{removed}", team.owner)[0] == 204
    assert server.call("PATCH", f"{members}/{suspended}", team.owner, {"state": "suspended"})[0] == 200
    for page in pages:
        wait_until(lambda page=page: page.ended_at is not None, SOON_S)
    write(session, chat, "secret")
    wait_until(lambda: owners.texts() == ["secret"])
    assert [page.texts() for page in pages] == [[], []]
    # A stream that they open again has nothing in it, from the beginning on.
    again = browse(removed)
    write(session, chat, "again")
    wait_until(lambda: owners.texts() == ["secret", "again"])
    assert (again.status, again.names()) == (200, [])
