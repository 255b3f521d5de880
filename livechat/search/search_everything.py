"""People, messages and notes in one search, each the newest first, within a limit of time.

What takes longer is answered as far as it came: what was found is shown, and the next page goes on there.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from livechat.core.session import AnySession
from livechat.domain.words.asked import Asked, Span, read_query
from livechat.domain.words.fold import fold
from livechat.domain.words.mentions import without_mentions
from livechat.search.queries import message_hits, people_hits
from livechat.search.queries.message_hits import MessageWays
from livechat.search.queries.note_hits import note_hits
from livechat.search.queries.people_hits import PeopleWays
from livechat.search.queries.reach import Reach, end_limit, limit_again, limit_time, took_too_long
from livechat.search.queries.walking import find
from livechat.web.paging import Mark
from livechat.whatsapp.searched_text import searched_text

BUDGET_S = 2.0
# A limit that is off by so little is not set anew.
SLACK_S = 0.1
KINDS = ("people", "messages", "notes")
# Before all that there is.
START = Mark(datetime(9999, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True, slots=True)
class Hit:
    """A message or note that answers, and where in its text the words stand."""

    id: UUID
    conversation_id: UUID
    spans: list[Span]


@dataclass(slots=True)
class Results:
    """``people``: the ids of their conversations.

    ``places``: of each kind of which there may be more, where its next page begins.
    """

    people: list[UUID] = field(default_factory=list)
    messages: list[Hit] = field(default_factory=list)
    notes: list[Hit] = field(default_factory=list)
    places: dict[str, Mark] = field(default_factory=dict)
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """``given``: as it was typed. ``places``: the kinds that are asked for, and where each begins."""

    given: str
    reach: Reach
    places: Mapping[str, Mark]
    limit: int


def search_everything(session: AnySession, question: Question) -> Results:
    """What answers the question, a page of each kind. It leaves no limit of time behind.

    Where it was ended for its time, so is the session's transaction, in which nothing may have been written.
    """
    results = Results()
    asked = read_query(question.given)
    kinds = [kind for kind in KINDS if kind in question.places and (asked is not None or kind == "people")]
    if not question.reach.views or not kinds:
        return results
    results.places.update({kind: question.places[kind] for kind in kinds})
    former = limit_time(session, BUDGET_S)
    try:
        results.is_partial = not _find_all(session, question, asked, kinds, results)
        end_limit(session, former)
    except DBAPIError as error:
        if not took_too_long(error):
            raise
        # It has read and written nothing: a savepoint would cost every search two statements.
        session.rollback()
        results.is_partial = True
    return results


def _find_all(
    session: AnySession, question: Question, asked: Asked | None, kinds: Sequence[str], results: Results
) -> bool:
    """Whether there was time for all of them."""
    ends_at, limit = time.monotonic() + BUDGET_S, BUDGET_S
    for kind in kinds:
        left = ends_at - time.monotonic()
        if left <= 0:
            return False
        if abs(limit - left) > SLACK_S:
            limit = left
            limit_again(session, limit)
        place = question.places[kind]
        if kind == "people" or asked is None:
            _find_people(session, question, place, results)
        elif kind == "notes":
            _find_notes(session, question, asked, place, results)
        else:
            _find_messages(session, question, asked, place, results)
    return True


def _find_people(session: AnySession, question: Question, mark: Mark, results: Results) -> None:
    """As the list finds them, by parts of names and numbers."""
    page = question.limit
    ways = PeopleWays(session, question.reach, question.given.strip(), page + 1)
    for found in find(ways, mark, page, people_hits.PACE):
        rows = found.rows[: page - len(results.people)]
        results.people += [row.id for row in rows]
        if len(rows) < len(found.rows):
            _go_on(results, "people", Mark(rows[-1].last_message_time, rows[-1].id.int))
            return
        _go_on(results, "people", found.place)
        if len(results.people) == page:
            return


def _find_notes(session: AnySession, question: Question, asked: Asked, mark: Mark, results: Results) -> None:
    place = mark
    while True:
        rows = note_hits(session, question.reach, asked.query, place, question.limit + 1)
        for row in rows:
            if len(results.notes) == question.limit:
                _go_on(results, "notes", place)
                return
            place = Mark(row.created_at, row.id.int)
            # An id is in no word, also where the index has one from before.
            said = without_mentions(row.body, row.named or ())
            if asked.is_in(fold(said)):
                results.notes.append(Hit(row.id, row.conversation_id, asked.find(said)))
        if len(rows) <= question.limit:
            _go_on(results, "notes", None)
            return


def _find_messages(
    session: AnySession, question: Question, asked: Asked, mark: Mark, results: Results
) -> None:
    ways = MessageWays(session, question.reach, asked, question.limit + 1)
    for found in find(ways, mark, question.limit, message_hits.PACE):
        for row in found.rows:
            if len(results.messages) == question.limit:
                return
            if asked.is_in(fold(searched_text(row.text, row.content))):
                results.messages.append(Hit(row.id, row.conversation_id, asked.find(row.text)))
                # Behind this one, should it be the page's last.
                _go_on(results, "messages", Mark(row.timestamp, row.seq))
        _go_on(results, "messages", found.place)
        if len(results.messages) == question.limit:
            # Whether there is more the next page says, rather than all of history now.
            return


def _go_on(results: Results, kind: str, mark: Mark | None) -> None:
    if mark is None:
        results.places.pop(kind, None)
    else:
        results.places[kind] = mark
