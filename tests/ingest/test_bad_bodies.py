"""Bodies that the database, an index or the parser cannot take as they are: each leaves its neighbours alone.

Whatever is in a body, it is kept, what stands beside it is stored, and so is what comes after it.
"""

from typing import Any

import orjson
import pytest

from tests.ingest.conftest import ASHA, WABA, Meta, envelope, make_status_body, make_text_body

HUGE = "9" * 10_000
# Four bytes each: the most that so many characters can be.
WIDE = "\U0001f600" * 512


def _numbers(count: int, length: int = 15) -> bytes:
    changes = [
        envelope({"messages": [{}]}, number=str(10 ** (length - 1) + n))["entry"][0]["changes"][0]
        for n in range(count)
    ]
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": changes}]})


def _nested(depth: int) -> bytes:
    return b'{"object":"whatsapp_business_account","entry":' + b"[" * depth + b"]" * depth + b"}"


def _nested_item(depth: int) -> bytes:
    body = orjson.dumps(envelope({"messages": ["DEEP"]}))
    return body.replace(b'"DEEP"', b'{"id":"w","x":' * depth + b"1" + b"}" * depth)


def _items(count: int) -> bytes:
    """As many small messages as count, of one customer; some 40 bytes each."""
    messages = ",".join(f'{{"id":"{n:x}","from":"{ASHA}","timestamp":1}}' for n in range(count))
    return orjson.dumps(envelope({"messages": ["ITEMS"]})).replace(b'"ITEMS"', messages.encode())


def _message(**keys: Any) -> bytes:
    body = make_text_body("wamid.odd")
    body["entry"][0]["changes"][0]["value"]["messages"][0].update(keys)
    return orjson.dumps(body)


def _contact(**keys: Any) -> bytes:
    body = make_text_body("wamid.odd")
    body["entry"][0]["changes"][0]["value"]["contacts"][0].update(keys)
    return orjson.dumps(body)


def _news(field: str, value: Any, waba: str = WABA) -> bytes:
    entry = {"id": waba, "time": 1795341600, "changes": [{"field": field, "value": value}]}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def _reaction(**keys: Any) -> bytes:
    return _message(type="reaction", reaction={"emoji": "👍", "message_id": "wamid.x", **keys})


def _edit(target: str) -> bytes:
    message = {"type": "text", "text": {"body": "New"}}
    return _message(type="edit", edit={"original_message_id": target, "message": message})


BODIES: dict[str, bytes] = {
    "1,000 numbers": _numbers(1000),
    "20,000 numbers": _numbers(20_000),
    "numbers of 512 digits": _numbers(20, 512),
    "a number of 600 digits": _numbers(1, 600),
    "wide numbers": orjson.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [envelope({"messages": [{}]}, number=WIDE[n:] + "x" * n)["entry"][0] for n in range(9)],
        }
    ),
    "nested 2,000 deep": _nested(2000),
    "nested 900 deep": _nested(900),
    "an item nested 2,000 deep": _nested_item(2000),
    "an item nested 500 deep": _nested_item(500),
    "an item nested 240 deep": _nested_item(240),
    "a wamid of 10,000 characters": _message(id=HUGE),
    "a wide wamid": _message(id=WIDE),
    "a phone of 10,000 digits": _message(**{"from": HUGE}),
    "a user id of 10,000 characters": _message(from_user_id=HUGE),
    "a wide user id": _message(from_user_id=WIDE),
    "a parent user id of 10,000 characters": _message(from_user_id="IN.1", from_parent_user_id=HUGE),
    "a group id of 10,000 characters": _message(group_id=HUGE),
    "a wide group id": _message(group_id=WIDE),
    "a quoted id of 10,000 characters": _message(context={"id": HUGE}),
    "a type of 10,000 characters": _message(type=HUGE, **{HUGE: {"a": 1}}),
    "a name of 3,000,000 characters": _contact(profile={"name": "Ä" * 1_500_000}),
    "a username of 100,000 characters": _contact(profile={"name": "A", "username": HUGE * 10}),
    "a text of 4,000,000 characters": _message(text={"body": "x" * 4_000_000}),
    "a text of one-letter words": _message(
        text={"body": "".join(f" {chr(0x4E00 + n)}" for n in range(20_000))}
    ),
    "a text of long words": _message(text={"body": " ".join(f"{n:04}" + "é" * 2000 for n in range(30))}),
    "a text of a hundred thousand hyphens": _message(text={"body": "a-" * 100_000}),
    "a text of one address": _message(text={"body": "https://e.com/" + "a/" * 30_000}),
    "a file without end": _message(
        type="document",
        document={"id": HUGE, "filename": HUGE * 10, "mime_type": HUGE, "sha256": HUGE},
    ),
    "a status of a wide id": orjson.dumps(make_status_body(WIDE, "sent", 1795341600)),
    "a status of a wide participant": orjson.dumps(
        make_status_body("w" * 512, "s" * 64, 1795341600, recipient_participant_id="é" * 512)
    ),
    "a status with an error without end": orjson.dumps(
        make_status_body("wamid.s", "failed", 1795341600, errors=[{"code": 2**62, "title": HUGE * 50}])
    ),
    "a status with callback data without end": orjson.dumps(
        make_status_body("wamid.s", "sent", 1795341600, biz_opaque_callback_data=HUGE * 100)
    ),
    "a reaction to a wide id": _reaction(message_id=WIDE),
    "a reaction of 100,000 characters": _reaction(emoji="👍" * 100_000),
    "an edit of a wide id": _edit(WIDE),
    "an address book with a name without end": orjson.dumps(
        envelope(
            {
                "state_sync": [
                    {
                        "type": "contact",
                        "action": "add",
                        "contact": {"full_name": HUGE * 100, "phone_number": ASHA},
                        "metadata": {"timestamp": "1795341600"},
                    }
                ]
            }
        )
    ).replace(b'"messages"', b'"smb_app_state_sync"', 1),
    "an account of 10,000 digits": _news("account_update", {"event": "VERIFIED_ACCOUNT"}, HUGE),
    "an event of 100,000 characters": _news("account_update", {"event": "É" * 100_000}),
    "a field of 100,000 characters": _news("f" * 100_000, {"a": 1}),
    "a template of 10,000 characters": _news(
        "message_template_status_update",
        {
            "event": HUGE,
            "message_template_id": 2**63 - 1,
            "message_template_name": HUGE,
            "message_template_language": HUGE,
            "reason": HUGE,
        },
    ),
    "a limit past every integer": _news(
        "business_capability_update", {"max_daily_conversations_per_business": 2**62}
    ),
    "numbers past every double": b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":'
    b'[{"field":"x","value":{"a":' + b"9" * 5000 + b',"b":1e400,"c":-1e-400}}]}]}',
    "50,000 keys": _message(text={"body": "x", **{f"k{n}": n for n in range(50_000)}}),
    "2,000 messages": _items(2000),
    "5,000 pieces of news": _news("security", {"event": "x"}).replace(
        b"]}]}", b',{"field":"security","value":{"event":"y"}}' * 5000 + b"]}]}"
    ),
    "100,000 items": orjson.dumps(envelope({"messages": [0] * 100_000})),
    "5,000 items that are none": orjson.dumps(envelope({"messages": [0] * 5000, "statuses": [None] * 5000})),
}
ORDINARY = 50


def _ordinary(first: int = 0) -> list[dict[str, Any]]:
    return [
        make_text_body(f"wamid.ordinary.{n}", phone=f"9198{10_000_000 + n}", body=f"Ordinary {n}")
        for n in range(first, first + ORDINARY)
    ]


def _stored_ordinary(meta: Meta) -> int:
    [row] = meta.rows("SELECT count(*) AS n FROM chat_messages WHERE wamid LIKE 'wamid.ordinary.%'")
    return int(row["n"])


@pytest.mark.parametrize("name", BODIES)
def test_an_odd_body_is_kept_and_what_is_beside_it_is_stored(meta: Meta, name: str) -> None:
    body = BODIES[name]
    meta.deliver_body(*_ordinary()[:25], body, *_ordinary()[25:])
    assert _stored_ordinary(meta) == ORDINARY
    kept = meta.rows(
        "SELECT state, stored + duplicate + ignored + failed AS items FROM webhook_events WHERE body = :b",
        b=body,
    )
    assert len(kept) == 1
    assert kept[0]["state"] != "waiting"
    assert kept[0]["items"] > 0
    assert meta.redis.xlen("livechat:inbound") == 0
    [counted] = meta.rows("SELECT sum(items) AS n FROM webhook_counts")
    [items] = meta.rows("SELECT sum(stored + duplicate + ignored + failed) AS n FROM webhook_events")
    assert counted == items
