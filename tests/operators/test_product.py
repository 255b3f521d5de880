"""A full flow through the running product: what operators see of it, and what nobody may see."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from livechat.core.tasknames import TaskName
from local import procfs
from tests.conftest import wait_until
from tests.operators.product import API, Product, running_product

TEXTS = ("zebra from a customer", "walrus from an agent", "ostrich that fails", "heron in another language")
CUSTOMERS = ("917755991051", "919820012345")
TOKEN = "EAAtokenOfATypingMistake"
JSON_LOGS = ("web", "worker-*", "beat")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product")) as running:
        _have_a_conversation(running)
        yield running


def _have_a_conversation(product: Product) -> None:
    """Customers write, an agent reads and replies; one send fails, one token is wrong, one field is new."""
    sandbox = product.sandbox
    header = {"Authorization": f"Bearer {sandbox.demo_token()['access_token']}"}

    def get(path: str, **query: str) -> Any:
        return requests.get(f"{product.web}{API}{path}", params=query, headers=header, timeout=10).json()

    def post(path: str, **body: Any) -> Any:
        answer = requests.post(f"{product.web}{API}{path}", json=body, headers=header, timeout=10)
        return answer.status_code, answer.json()

    for customer in CUSTOMERS:
        sandbox.customer_writes(customer, TEXTS[0])
    number = get("/phone-numbers")["phone_numbers"][0]

    def conversations() -> Any:
        found = get("/conversations", phone_number_id=number["phone_number_id"])["conversations"]
        return found if {row["customer_phone"] for row in found} >= set(CUSTOMERS) else None

    for row in wait_until(conversations):
        if row["customer_phone"] in CUSTOMERS:
            to = {"phone_number_id": number["phone_number_id"], "conversation_id": row["id"]}
            assert post("/send-message", **to, message=TEXTS[1], message_type="text")[0] == 202
            assert post(f"/conversations/{row['id']}/read")[0] == 200
    wait_until(lambda: len(sandbox.messages()) >= len(CUSTOMERS))
    for customer in CUSTOMERS:
        # Matched by recipient, since read receipts take the same way and name none.
        sandbox.fault("error", code=131026, match={"to": customer})
    status, sent = post("/send-message", **to, message=TEXTS[2], message_type="text")
    assert status == 202
    wait_until(lambda: get(f"/messages/{sent['message']['id']}")["status"] == "failed")
    wrong = {"waba_id": number["waba_id"], "phone_number_id": number["phone_number_id"]}
    assert post("/phone-numbers", **wrong, access_token=TOKEN)[0] == 422
    change = {"field": "future_field", "value": {"text": TEXTS[3]}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": number["waba_id"], "changes": [change]}]}
    sandbox.raw_webhook(json.dumps(body))
    sandbox.raw_webhook(f'{{"broken": "{TEXTS[3]}"')
    assert requests.get(f"{product.web}/nowhere/{CUSTOMERS[0]}", timeout=10).status_code == 404
    sandbox.flush()
    wait_until(lambda: product.metrics()["livechat_inbound_waiting"] == 0)
    wait_until(lambda: any(task["name"] == TaskName.MARK_READ for task in product.tasks()))


def test_the_doctor_finds_nothing_wrong_but_the_broken_webhook(product: Product) -> None:
    # Beat comes up after the web: its first sweep may still be on its way.
    swept = 'livechat_tasks_total{outcome="success",task="maintenance.sweep_inbound"}'
    wait_until(lambda: product.metrics().get(swept, 0) >= 1, 60.0)
    done = product.command("flask", "--app", "wsgi", "livechat", "doctor", "--json")
    answer = orjson.loads(done.stdout)
    wrong = [check["check"] for check in answer["checks"] if check["state"] == "wrong"]
    assert wrong == ["failed webhooks"], done.stdout + done.stderr
    assert done.returncode == 1
    listed = product.command("flask", "--app", "wsgi", "livechat", "failed")
    assert listed.returncode == 0
    assert "131026" in listed.stdout
    for secret in (*product.secrets().values(), *TEXTS, *CUSTOMERS):
        assert secret not in done.stdout + done.stderr + listed.stdout + listed.stderr


def test_all_programs_share_one_image_and_are_known_by_their_names(product: Product) -> None:
    names: dict[str, int] = {}
    for pid in procfs.processes_of(product.data):
        name = Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].decode()
        names[name] = names.get(name, 0) + 1
    pools = {"livechat web": 3, "livechat worker-inbound": 3, "livechat worker-background": 3}
    alone = ("worker-outbound", "worker-media", "beat", "flower", "sandbox")
    shown = {name: count for name, count in names.items() if name.startswith("livechat")}
    assert shown == pools | {f"livechat {name}": 1 for name in alone}


def test_everything_is_counted(product: Product) -> None:
    found = product.metrics()
    assert found['livechat_messages_total{direction="inbound",origin="customer"}'] >= len(CUSTOMERS)
    assert found['livechat_messages_total{direction="outbound",origin="livechat"}'] == len(CUSTOMERS) + 1
    assert found['livechat_webhook_events_total{outcome="stored",reason=""}'] >= len(CUSTOMERS)
    assert found['livechat_webhook_unknown_fields_total{field="future_field"}'] == 1
    for task in ("inbound.ingest", "outbound.send", "outbound.mark_read", "maintenance.sweep_inbound"):
        assert found[f'livechat_tasks_total{{outcome="success",task="{task}"}}'] >= 1
        assert found[f'livechat_tasks_total{{outcome="failure",task="{task}"}}'] == 0
    assert found['livechat_graph_calls_total{code="ok",endpoint="messages"}'] == len(CUSTOMERS)
    assert found['livechat_graph_calls_total{code="131026",endpoint="messages"}'] == 1
    assert found['livechat_graph_calls_total{code="190",endpoint="phone_number"}'] == 1
    sends = f'method="POST",rule="{API}/send-message"'
    assert found[f'livechat_http_requests_total{{{sends},status="202"}}'] == len(CUSTOMERS) + 1
    assert found[f"livechat_http_request_seconds_count{{{sends}}}"] == len(CUSTOMERS) + 1
    assert found['livechat_http_requests_total{method="GET",rule="unmatched",status="404"}'] == 1
    for queue in ("inbound", "outbound", "media", "maintenance"):
        assert found[f'livechat_queue_consumed{{queue="{queue}"}}'] == 1
        assert f'livechat_queue_oldest_seconds{{queue="{queue}"}}' in found
    # Beat's tasks say when they were sent, too.
    assert found['livechat_task_wait_seconds_count{queue="maintenance"}'] >= 1
    assert not [sample for sample in found if sample.startswith("flower_")]


def test_flower_shows_every_task_with_its_state_and_ids_alone(product: Product) -> None:
    def unfinished() -> list[dict[str, Any]]:
        # A sweep is always on its way.
        return [
            task
            for task in product.tasks()
            if task["state"] != "SUCCESS" and "sweep" not in str(task["name"])
        ]

    expected = {"inbound.ingest", "outbound.send", "outbound.mark_read", "maintenance.sweep_inbound"}

    # Beat and Flower come up after the web: the first sweep that Flower sees may still be on its way.
    wait_until(lambda: not unfinished() and expected <= {task["name"] for task in product.tasks()}, 60.0)
    tasks = product.tasks()
    names = {task["name"] for task in tasks if task["name"]}
    assert names <= {name.value for name in TaskName}
    for task in tasks:
        assert task["args"] in ("()", "[]", None)
        assert re.fullmatch(r"\{('\w+_id': '([0-9a-f-]{36}|\d+)')?\}", task["kwargs"] or "{}"), task["kwargs"]


def test_web_workers_and_beat_log_json_with_ids(product: Product) -> None:
    lines = []
    for pattern in JSON_LOGS:
        for name, text in product.logs(pattern).items():
            for line in text.splitlines():
                entry = orjson.loads(line)
                assert {"event", "level", "timestamp"} <= entry.keys(), (name, line)
                lines.append(entry)
    sends = [line for line in lines if line["event"] == "request" and line["rule"] == f"{API}/send-message"]
    assert len(sends) == len(CUSTOMERS) + 1
    for line in sends:
        assert (line["method"], line["status"]) == ("POST", 202)
        assert line["duration_ms"] > 0
        assert line["request_id"]
        assert line["user_id"]
    done = [line for line in lines if line["event"] == "task_done" and line["task"] == "outbound.send"]
    assert done
    for line in done:
        assert {"task_id", "conversation_id", "duration_ms", "wait_ms", "outcome"} <= line.keys()


def test_nothing_that_people_wrote_and_no_secret_is_left_anywhere(product: Product) -> None:
    secrets = {name: value for name, value in product.secrets().items() if len(value) >= 8}
    assert len(secrets) >= 5
    unwanted = [
        *TEXTS,
        *CUSTOMERS,
        TOKEN,
        product.sandbox.demo_token()["access_token"],
        *secrets.values(),
    ]
    places: dict[str, bytes] = {name: text.encode() for name, text in product.logs().items()}
    assert {"web.log", "worker-inbound.log", "worker-outbound.log", "beat.log", "flower.log"} <= places.keys()
    places["/metrics"] = requests.get(f"{product.web}/metrics", timeout=10).content
    places["Flower"] = (
        orjson.dumps(product.tasks()) + requests.get(f"{product.flower}/tasks", timeout=10).content
    )
    held = product.redis()
    assert held
    places |= {f"Redis {key}": value for key, value in held.items()}
    found = [(place, text) for place, held in places.items() for text in unwanted if text.encode() in held]
    assert not found


# Where what people wrote has its place: messages, their history, and webhooks as they came.
HOLD_TEXT = {"chat_messages", "message_changes", "webhook_events", "account_events"}
# What webhooks and conversations are found by.
HOLD_PHONES = HOLD_TEXT | {"chat_conversations", "conversation_former_ids", "message_statuses"}


def test_the_database_holds_no_secret_and_text_where_it_belongs(product: Product) -> None:
    tables = product.tables()
    assert {"webhook_counts", "waba_accounts", *HOLD_TEXT} <= tables.keys()
    assert TEXTS[0] in tables["chat_messages"]
    assert TEXTS[0] in tables["webhook_events"]
    # Among them the access token with which the sandbox's number is connected.
    secrets = [value for value in product.secrets().values() if len(value) >= 8]
    unwanted = [*secrets, TOKEN, product.sandbox.demo_token()["access_token"]]
    found = [(table, secret) for table, rows in tables.items() for secret in unwanted if secret in rows]
    found += [
        (name, word)
        for name, rows in tables.items()
        for word in TEXTS
        if name not in HOLD_TEXT and word in rows
    ]
    found += [
        (name, phone)
        for name, rows in tables.items()
        for phone in CUSTOMERS
        if name not in HOLD_PHONES and phone in rows
    ]
    assert not found
    # The one token that is stored is ciphertext.
    assert "gAAAA" in tables["waba_accounts"]


def test_a_command_finds_no_run_where_none_is(product: Product, tmp_path: Path) -> None:
    elsewhere = Product(
        tmp_path, {**product.environ, "LIVECHAT_DATA_DIR": str(tmp_path)}, "", "", product.sandbox
    )
    done = elsewhere.command("flask", "--app", "wsgi", "livechat", "doctor")
    assert done.returncode == 1
    assert (
        done.stderr == f"Nothing runs in {tmp_path}: start it by `make run`, or name its LIVECHAT_DATA_DIR.\n"
    )
