"""Stores a batch in one pass, with a handful of statements whatever its size.

Conversations are loaded under lock, changed in memory and written back. Messages are inserted where they are
new, and only new ones change unread counts, windows and last messages. The caller owns the transaction.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from livechat.accounts.pause import learn_from_status
from livechat.core.session import AnySession
from livechat.customers.lessons import Told, lessons_of, teach, told_of
from livechat.customers.loaded import LoadedConversation
from livechat.customers.loading import write_new_people, written_columns
from livechat.customers.people import People
from livechat.customers.queries import update_conversations
from livechat.domain.ids import uuid7
from livechat.domain.team.conversation_status import standing_of
from livechat.files.arrive import fetch_files_of
from livechat.handling.reopen import reopen
from livechat.inbound.queries import ingest as queries
from livechat.inbound.storing.batch import BatchEntry, BatchResult
from livechat.inbound.storing.edits import apply_changes, store_changes
from livechat.inbound.storing.locating import (
    Located,
    Number,
    Personal,
    load_people,
    locate,
)
from livechat.inbound.storing.names import name_the_new, note_names
from livechat.inbound.storing.naming import settle_names, settle_statuses
from livechat.live.publish import publish_numbers
from livechat.numbers.apply_news import apply_account_news
from livechat.outbound.delivery import apply_status
from livechat.waking.wake_assigner import wake_assigner
from livechat.whatsapp.searched_text import words_of
from livechat.whatsapp.webhook.items import (
    AccountNews,
    Broken,
    CustomerPreference,
    Ignored,
    Reaction,
    StatusUpdate,
    ThreadMessage,
)
from livechat.whatsapp.webhook.kinds.messages import CALL_PREFIX


def store(session: AnySession, entries: Sequence[BatchEntry]) -> BatchResult:
    """Store every entry and set its outcome; the caller commits.

    Raises BatchOvertakenError: roll back and start again.
    """
    result = BatchResult()
    known = _known_numbers(session, entries)
    rest = [entry for entry in entries if not _settled_without_tables(entry, known)]
    personal = [(entry, entry.item) for entry in rest if isinstance(entry.item, Personal)]
    statuses = [(entry, entry.item) for entry in rest if isinstance(entry.item, StatusUpdate)]
    told = _told_of(session, [update for _, update in statuses])
    lessons = lessons_of(told)
    keys = [key for lesson in lessons for key in lesson.touched()]
    # These conversations are locked with the others, before any message.
    keys += [key for each in told if each.moves_conversation for key in each.keys]
    people = load_people(session, personal, keys)
    teach(people, lessons)
    located = locate(people, personal, known)
    result.accounts = {
        each.id: known[each.phone_number_id].account_id for each in people.conversations.values()
    }
    name_the_new(session, people)
    write_new_people(session, people)
    if people.merges:
        publish_numbers(session, {people.get(loser).phone_number_id for loser, _ in people.merges})
    settle_names(session, people, located)
    _store_messages(session, people, located, result)
    _store_reactions(session, people, located, result)
    store_changes(session, located, result)
    note_names(session, people, located)
    _note_preferences(people, located)
    _write_back(session, people, known, result)
    _store_statuses(session, statuses, told, result)
    _store_news(session, [(entry, entry.item) for entry in rest if isinstance(entry.item, AccountNews)])
    return result


def _known_numbers(session: AnySession, entries: Sequence[BatchEntry]) -> dict[str, Number]:
    """The connected numbers among those that the entries name, by phone_number_id."""
    named = {entry.item.source.phone_number_id for entry in entries} - {None}
    if not named:
        return {}
    rows = queries.numbers(session, [number for number in named if number is not None])
    return {row.phone_number_id: Number(row.owner, row.account_id, row.ruled_by) for row in rows}


def _settled_without_tables(entry: BatchEntry, known: dict[str, Number]) -> bool:
    item = entry.item
    if isinstance(item, Broken):
        entry.failed(item.error)
    elif isinstance(item, Ignored):
        entry.ignored(item.reason)
    elif item.source.phone_number_id is not None and item.source.phone_number_id not in known:
        entry.ignored("unknown_number")
    else:
        return False
    return True


def _store_messages(
    session: AnySession, people: People, located: Sequence[Located], result: BatchResult
) -> None:
    rows: list[dict[str, Any]] = []
    waiting: dict[UUID, tuple[BatchEntry, ThreadMessage, LoadedConversation]] = {}
    for entry, item, conversation_id in located:
        if not isinstance(item, ThreadMessage) or conversation_id is None:
            continue
        conversation = people.get(conversation_id)
        message_id = uuid7()
        waiting[message_id] = (entry, item, conversation)
        rows.append(_message_row(len(rows), message_id, conversation.id, item))
    if not rows:
        return
    inserted = queries.insert_messages(session, rows)
    eventful = {conversation.id for _, item, conversation in waiting.values() if _is_silent(item)}
    silent = [
        each
        for each in people.conversations.values()
        if each.last_message_id is None and (not each.new or each.id in eventful)
    ]
    for message_id, (entry, item, conversation) in waiting.items():
        arrived = inserted.get(message_id)
        if arrived is None:
            entry.duplicate()
            continue
        entry.stored(message_id)
        result.created_messages[message_id] = conversation.id
        # Messages that quote it are shown with it from now on.
        result.updated_messages |= dict.fromkeys(arrived.quoted_by, conversation.id)
        result.messages[(item.direction, item.origin)] += 1
        if item.origin == "customer":
            result.meta_times.append(item.timestamp)
        _raise(conversation, item, message_id, arrived.seq)
        _owe(conversation, item, entry.webhook.received_at)
    _show_from_now_on(session, silent)
    if len(inserted) < len(rows):
        repeated = [row for row in rows if row["id"] not in inserted and _may_replace(row)]
        if repeated:
            _replace_placeholders(session, repeated, waiting, result)
    new = rows if len(inserted) == len(rows) else [row for row in rows if row["id"] in inserted]
    fetch_files_of(session, [row["id"] for row in new if "media" in row["content"]])
    if new:
        result.updated_messages |= apply_status.settle_parked(
            session, [row["wamid"] for row in new if row["direction"] == "outbound"]
        )
        apply_changes(session, [row["wamid"] for row in new], result)


def _may_replace(row: dict[str, Any]) -> bool:
    """Whether this message may stand in place of a stored one with the same id.

    A history's file follows its placeholder so, and a call's end or voicemail the call.
    """
    is_of_a_call: bool = row["wamid"].startswith(CALL_PREFIX)
    return is_of_a_call or row["origin"] == "history"


def _message_row(n: int, message_id: UUID, conversation_id: UUID, item: ThreadMessage) -> dict[str, Any]:
    return {
        "n": n,
        "id": message_id,
        "conversation_id": conversation_id,
        "phone_number_id": item.source.phone_number_id,
        "wamid": item.wamid,
        "direction": item.direction,
        "origin": item.origin,
        "message_type": item.message_type,
        "text": item.text,
        "content": item.content,
        "status": item.status,
        "status_rank": item.status_rank,
        "error": item.error,
        "counts_unread": item.counts_unread,
        "timestamp": item.timestamp,
        "reply_to_wamid": item.reply_to_wamid,
        "words": " ".join(words_of(item.text, item.content)),
    }


def _is_silent(item: ThreadMessage) -> bool:
    """Whether the message alone puts no conversation into the list: that a stranger changed their number."""
    return item.message_type == "system"


def _raise(conversation: LoadedConversation, item: ThreadMessage, message_id: UUID, seq: int) -> None:
    """Change a conversation as a new message of it does (docs/meta/cloud-api.md section 4.11)."""
    conversation.heard = True
    if conversation.last_message_id is None and _is_silent(item):
        return
    newest = (conversation.last_message_time, conversation.last_message_seq)
    if conversation.last_message_id is None or (item.timestamp, seq) >= newest:
        conversation.last_message_id = message_id
        conversation.last_message_time = item.timestamp
        conversation.last_message_seq = seq
    if item.counts_unread:
        conversation.unread_count += 1
        conversation.counted += 1
        conversation.counted_seq = max(conversation.counted_seq, seq)
    if item.opens_window:
        _open_window(conversation, item)


def _owe(conversation: LoadedConversation, item: ThreadMessage, arrived_at: datetime) -> None:
    """What counts makes the team owe an answer, from its arrival on; what it writes in the phone app is one.

    By Meta's own times a late echo may be older than what the customer has written since: that is still owed.
    """
    if item.counts_unread:
        conversation.waiting_since = conversation.waiting_since or arrived_at
    elif item.origin == "phone_app" and item.direction == "outbound":
        heard_at = conversation.last_inbound_at
        if heard_at is None or item.timestamp >= heard_at:
            conversation.waiting_since = None


def _show_from_now_on(session: AnySession, silent: Sequence[LoadedConversation]) -> None:
    """Correct the last message of conversations that have had only silent messages before.

    A silent message stands in the thread too, and may be newer than the first one to show.
    """
    begun = {each.id: each for each in silent if each.last_message_id is not None}
    for newest in queries.newest_messages(session, list(begun)) if begun else ():
        conversation = begun[newest.conversation_id]
        conversation.last_message_id = newest.id
        conversation.last_message_time = newest.timestamp
        conversation.last_message_seq = newest.seq


def _open_window(conversation: LoadedConversation, item: ThreadMessage | Reaction) -> None:
    if conversation.last_inbound_at is None or conversation.last_inbound_at < item.timestamp:
        conversation.last_inbound_at = item.timestamp
        conversation.heard = True


def _replace_placeholders(
    session: AnySession,
    rows: list[dict[str, Any]],
    waiting: dict[UUID, tuple[BatchEntry, ThreadMessage, LoadedConversation]],
    result: BatchResult,
) -> None:
    by_wamid = {row["wamid"]: waiting[row["id"]] for row in rows}
    found = queries.replace_placeholders(session, rows)
    for replaced in found:
        entry, _, conversation = by_wamid[replaced.wamid]
        entry.stored(replaced.id)
        result.updated_messages[replaced.id] = conversation.id
    if found:
        queries.find_by(session, {each.id: words_of(each.text, each.content) for each in found})
    fetch_files_of(session, [replaced.id for replaced in found])


def _store_reactions(
    session: AnySession, people: People, located: Sequence[Located], result: BatchResult
) -> None:
    newest: dict[tuple[str, str], Reaction] = {}
    reactions: list[tuple[BatchEntry, Reaction]] = []
    for entry, item, conversation_id in located:
        if not isinstance(item, Reaction) or conversation_id is None:
            continue
        conversation = people.get(conversation_id)
        if item.opens_window:
            _open_window(conversation, item)
        result.conversations.add(conversation.id)
        reactions.append((entry, item))
        place = (item.target_wamid, item.actor)
        rival = newest.get(place)
        if rival is None or (rival.timestamp, rival.event_wamid) < (item.timestamp, item.event_wamid):
            newest[place] = item
    if not reactions:
        return
    changed = queries.upsert_reactions(
        session,
        [
            {
                "wamid": item.target_wamid,
                "actor": item.actor,
                "phone_number_id": item.source.phone_number_id,
                "side": item.side,
                "emoji": item.emoji,
                "reacted_at": item.timestamp,
                "event_wamid": item.event_wamid,
            }
            for item in newest.values()
        ],
    )
    for entry, item in reactions:
        if item.event_wamid in changed:
            changed.discard(item.event_wamid)  # the same reaction once more in this batch is a repeat
            entry.stored()
        else:
            entry.duplicate()
    result.updated_messages |= queries.ids_by_wamid(session, [item.target_wamid for _, item in reactions])


def _note_preferences(people: People, located: Sequence[Located]) -> None:
    for entry, item, conversation_id in located:
        if not isinstance(item, CustomerPreference) or conversation_id is None:
            continue
        conversation = people.get(conversation_id)
        if _note_opt_out(conversation, item):
            conversation.dirty = True
            entry.stored(conversation.id)
        else:
            entry.duplicate()


def _note_opt_out(conversation: LoadedConversation, item: CustomerPreference) -> bool:
    """Note the customer's wish about marketing; False where a newer one is known."""
    if conversation.marketing_opt_at is not None and item.timestamp <= conversation.marketing_opt_at:
        return False
    conversation.marketing_opt_out = item.opted_out
    conversation.marketing_opt_at = item.timestamp
    return True


def _write_back(session: AnySession, people: People, known: dict[str, Number], result: BatchResult) -> None:
    dirty = [conversation for conversation in people.conversations.values() if conversation.dirty]
    if dirty:
        update_conversations(session, [written_columns(conversation) for conversation in dirty])
    # Nearly every message finds its customer known and unchanged, and then writes a third of the columns.
    heard = [each for each in people.conversations.values() if each.heard and not each.dirty]
    if heard:
        queries.update_counters(
            session, [{name: getattr(each, name) for name in queries.COUNTERS} for each in heard]
        )
    # By arrival: a late webhook is as unseen as any other, whatever time it tells.
    opened = [
        each.id
        for each in people.conversations.values()
        if each.counted and standing_of(each).reopened_by_inbound()
    ]
    ruled_by = {each.id: known[each.phone_number_id].ruled_by for each in people.conversations.values()}
    if opened:
        ruled = [each for each in opened if ruled_by[each]]
        reopen(session, opened, cause="inbound", accounts=result.accounts, ruled=ruled)
    asking = {
        ruled_by[each.id]
        for each in people.conversations.values()
        if each.counted and (each.assignee_id is None or each.id in opened)
    }
    wake_assigner(session, [each for each in asking if each is not None], more_waits=True)
    result.conversations |= {conversation.id for conversation in (*dirty, *heard)}
    result.unlisted = {each.id for each in people.conversations.values() if not each.is_listed}


def _told_of(session: AnySession, updates: Sequence[StatusUpdate]) -> list[Told]:
    """The statuses with their messages, and under the ids that those have."""
    told = told_of(session, updates)
    exact = {each.row.wamid for each in told}
    # Nearly always there is none.
    lost = [update for update in updates if update.wamid not in exact]
    if lost and settle_statuses(session, lost):
        told = told_of(session, updates)
    return told


def _store_statuses(
    session: AnySession,
    entries: Sequence[tuple[BatchEntry, StatusUpdate]],
    told: Sequence[Told],
    result: BatchResult,
) -> None:
    unnamed = {each.row.message_id for each in told if each.row.wamid is None}
    idle = [each.update for each in told if _says_nothing(each)]
    applied = apply_status.apply_statuses(
        session, [update for _, update in entries], unnamed=unnamed, idle=idle
    )
    new = set(applied.new)
    for entry, update in entries:
        if apply_status.key(update) in new:
            new.discard(apply_status.key(update))
            entry.stored()
        else:
            entry.duplicate()
    for update in applied.pauses:
        learn_from_status(session, update)
    result.updated_messages |= applied.messages
    result.conversations |= applied.conversations


def _says_nothing(told: Told) -> bool:
    """Whether the status moves its message nowhere: it is known to be sent, and when."""
    update, row = told
    return update.status == "sent" and row.wamid == update.wamid and row.is_sent


def _store_news(session: AnySession, entries: Sequence[tuple[BatchEntry, AccountNews]]) -> None:
    rows: dict[str, dict[str, Any]] = {}
    digests: list[str] = []
    for entry, item in entries:
        # The time is in the digest: without it a second "offboarded" would be a repeat of the first.
        facts = [item.source.waba_id, item.source.field, item.happened_at, item.value]
        digest = hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()
        digests.append(digest)
        rows[digest] = {
            "digest": digest,
            "waba_id": item.source.waba_id or "",
            "phone_number_id": item.source.phone_number_id,
            "field": item.source.field,
            "happened_at": item.happened_at or entry.webhook.received_at,
            "value": item.value,
        }
    if not rows:
        return
    new = queries.insert_account_events(session, list(rows.values()))
    fresh: list[tuple[AccountNews, datetime]] = []
    for (entry, item), digest in zip(entries, digests, strict=True):
        if digest in new:
            new.discard(digest)
            entry.stored()
            fresh.append((item, item.happened_at or entry.webhook.received_at))
        else:
            entry.duplicate()
    apply_account_news(session, fresh)
