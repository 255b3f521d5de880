"""A message has an id under each id of its customer: whichever names it, it is found."""

import base64
import time
from typing import Any

import pytest

from livechat.whatsapp.wamids import endings, key_of
from sandbox.meta_ids import Ids
from tests.kinds.conftest import ASHA, ASHA_ID, Inbox

OTHERS = [ASHA_ID, "1", "US.ANNA", "447700900111", "123456789012345678"]


def ours(inbox: Inbox) -> tuple[str, str]:
    """(our id, wamid) of a message of ours that Meta took."""
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.box.flush()
    inbox.ingest()
    message = inbox.accepted(to=ASHA, message="Hello")
    inbox.deliver(message["conversation_id"])
    [sent] = inbox.box.messages()
    inbox.box.flush()
    inbox.ingest()
    return message["id"], sent["wamid"]


def shown(inbox: Inbox, message_id: str) -> Any:
    return inbox.call("GET", f"/messages/{message_id}").json


@pytest.mark.parametrize("under", OTHERS)
def test_a_quote_and_a_reaction_find_their_message(inbox: Inbox, under: str) -> None:
    message_id, wamid = ours(inbox)
    inbox.hears("text", customer=ASHA, text="To that", reply_to=wamid, under=under)
    inbox.hears("reaction", customer=ASHA, message_id=wamid, emoji="👍", under=under)
    [quote] = inbox.rows("SELECT id FROM chat_messages WHERE text = 'To that'")
    assert shown(inbox, quote["id"])["reply_to"] == message_id
    assert shown(inbox, message_id)["reactions"] == [{"from": "customer", "emoji": "👍"}]
    later = int(time.time()) + 10
    inbox.hears("reaction", customer=ASHA, message_id=wamid, timestamp=later)
    assert shown(inbox, message_id)["reactions"] == []


@pytest.mark.parametrize("under", OTHERS)
def test_an_edit_and_a_deletion_find_their_message(inbox: Inbox, under: str) -> None:
    first = inbox.box.customer_writes(ASHA, "At six")["wamid"]
    second = inbox.box.customer_writes(ASHA, "Never mind")["wamid"]
    inbox.box.flush()
    inbox.ingest()
    edit = {"original_message_id": first, "message": {"type": "text", "text": {"body": "At seven"}}}
    inbox.hears("edit", customer=ASHA, edit=edit, coexistence=True, under=under)
    revoke = {"original_message_id": second}
    inbox.hears("revoke", customer=ASHA, revoke=revoke, coexistence=True, under=under)
    rows = inbox.rows("SELECT wamid, text FROM chat_messages")
    assert {row["wamid"]: row["text"] for row in rows} == {first: "At seven", second: None}


@pytest.mark.parametrize("callback", [True, False])
def test_a_status_finds_its_message(inbox: Inbox, callback: bool) -> None:
    message_id, wamid = ours(inbox)
    merge: dict[str, Any] = {"id": Ids.under(ASHA_ID, wamid)}
    if not callback:
        merge["biz_opaque_callback_data"] = None
    inbox.hears("status", wamid=wamid, status="read", merge=merge)
    assert shown(inbox, message_id)["status"] == "read"


def test_of_two_messages_with_one_key_none_is_meant_and_another_conversations_never(inbox: Inbox) -> None:
    message_id, wamid = ours(inbox)
    inbox.box.customer_writes("919820012345", "Hi")
    inbox.box.flush()
    inbox.ingest()
    inbox.hears("reaction", customer="919820012345", message_id=wamid, emoji="👎", under="919820012345")
    inbox.hears("text", customer=ASHA, text="twin", wamid=Ids.under("5", wamid))
    inbox.hears("reaction", customer=ASHA, message_id=wamid, emoji="👍", under="7")
    assert shown(inbox, message_id)["reactions"] == []
    inbox.hears("reaction", customer=ASHA, message_id=wamid, emoji="❤️")
    assert shown(inbox, message_id)["reactions"] == [{"from": "customer", "emoji": "❤️"}]


@pytest.mark.parametrize(
    "wamid",
    [
        "",
        "wamid.",
        "wamid.x",
        "wamid.====",
        "wamid.\u00e9\u00e9\u00e9\u00e9",
        "wamid." + "A" * 500,
        "ABGGFlA5Fpa",
        "wacid.HBgMOTE3NzU1OTkxMDUxFQIAERgS",
        "wamid." + base64.b64encode(b"\x1c\x18\xff123").decode(),
        "wamid." + base64.b64encode(b"\x1c\x18\x0112\x15\x02\x00\x11\x18\x02ab\x00").decode(),
        "wamid.9f1c2b7d40ae4c1f8d3e5a6b7c8d9e0f",
    ],
)
def test_ids_of_any_form_do_no_harm(inbox: Inbox, wamid: str) -> None:
    assert key_of(wamid) is None
    inbox.box.customer_writes(ASHA, "Hi", reply_to=wamid or None)
    inbox.box.customer_writes(ASHA, type="reaction", message_id=wamid or "x", emoji="👍")
    inbox.box.flush()
    assert not [outcome for outcome in inbox.ingest().outcomes if outcome[0] == "failed"]


def test_the_ends_of_an_id_do_not_depend_on_the_user() -> None:
    key = b"81FEB805650F4E371A"
    for n in range(1, 21):
        raw = b"\x1c\x18" + bytes([n]) + b"9" * n + b"\x15\x02\x00\x11\x18\x12" + key + b"\x00"
        wamid = "wamid." + base64.b64encode(raw).decode()
        assert key_of(wamid) == key_of(wamid.rstrip("=")) == key
        assert wamid[-16:] in endings(key)
        assert wamid.rstrip("=")[-16:] in endings(key)
