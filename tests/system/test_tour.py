"""The README's tour, walked as a newcomer would; then all that Meta can say, twice and shuffled."""

import hashlib
import hmac
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.clients import Clients
from sandbox.demo_inbox import DemoInbox, Journal
from sandbox.demo_stories import STORIES
from tests.conftest import wait_until
from tests.ingest.conftest import PAYLOADS
from tests.system.product import ASHA, NUMBER, Product, call

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("product")]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    # Flower's own API, which lets anyone on this machine ask it, is off unless it is told otherwise.
    running = Product(tmp_path_factory.mktemp("product") / "data", FLOWER_UNAUTHENTICATED_API="true")
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


def _conversation(product: Product) -> dict[str, Any]:
    listed = product.get(f"/conversations?phone_number_id={NUMBER}")["conversations"]
    return next(row for row in listed if row["customer_phone"] == ASHA)


def _messages(product: Product) -> list[dict[str, Any]]:
    conversation = _conversation(product)
    messages: list[dict[str, Any]] = product.get(f"/messages?conversation_id={conversation['id']}&limit=200")[
        "messages"
    ]
    return messages


def test_the_first_customer_is_there_and_unread(product: Product) -> None:
    (number,) = product.get("/phone-numbers")["phone_numbers"]
    assert (number["phone_number_id"], number["status"], number["unread_count"]) == (NUMBER, "connected", 1)
    conversation = _conversation(product)
    assert conversation["unread_count"] == 1
    assert conversation["last_message"]["text"] == "Hi, is my order ready? 🙂"


def test_a_reply_goes_from_queued_to_read(product: Product) -> None:
    request = {"phone_number_id": NUMBER, "to": "+91 77559 91051", "message": "It is."}
    answer = product.post("/send-message", request, **{"Prefer": "wait=10", "Idempotency-Key": "tour-1"})
    assert answer.status == 202
    sent = answer.json()["message"]
    assert sent["status"] in ("sent", "delivered")
    again = product.post("/send-message", request, **{"Idempotency-Key": "tour-1"})
    assert (again.status, again.json()["message"]["id"]) == (200, sent["id"])
    wait_until(lambda: product.get(f"/messages/{sent['id']}")["status"] == "delivered")
    product.command("POST", f"/customers/{ASHA}/read")
    wait_until(lambda: product.get(f"/messages/{sent['id']}")["status"] == "read")
    accepted = [each for each in product.command("GET", "/messages")["messages"] if each["to"] == ASHA]
    assert len(accepted) == 1


def test_reading_sets_unread_to_nothing_and_the_customer_sees_blue_ticks(product: Product) -> None:
    conversation = _conversation(product)
    assert product.post(f"/conversations/{conversation['id']}/read", {}).json()["unread_count"] == 0
    wait_until(
        lambda: any(each["endpoint"] == "read" for each in product.command("GET", "/requests")["requests"])
    )


def test_a_customer_s_message_is_there_within_a_second(product: Product) -> None:
    product.command("POST", f"/customers/{ASHA}/messages", {"type": "text", "text": "Thank you!"})
    wait_until(lambda: _conversation(product)["last_message"]["text"] == "Thank you!", timeout_s=10)
    assert _conversation(product)["unread_count"] == 1


def test_every_body_of_the_catalogue_twice_in_random_order(product: Product) -> None:
    secret = product.secret("WHATSAPP_APP_SECRET")
    bodies = [path.read_bytes() for path in sorted(PAYLOADS.glob("*.json"))] * 2
    assert len(bodies) == 180
    random.Random(26).shuffle(bodies)
    answers = Counter()
    for body in bodies:
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}"}
        answers[call("POST", f"{product.base}/webhook", body, headers).status] += 1
    assert answers == {200: 180}
    wait_until(lambda: _gauge(product, "livechat_inbound_waiting") == 0)
    assert _counted(product, 'outcome="failed"') == 0
    wamids = Counter(message["wamid"] for message in _messages(product) if message["wamid"])
    assert max(wamids.values()) == 1


def _metrics(product: Product) -> list[str]:
    answer = call("GET", f"{product.base}/metrics")
    assert answer.status == 200
    return answer.body.decode().splitlines()


def _gauge(product: Product, name: str) -> float:
    return float(next(line for line in _metrics(product) if line.startswith(f"{name} ")).split()[1])


def _counted(product: Product, label: str) -> float:
    lines = [line for line in _metrics(product) if line.startswith("livechat_webhook_events_total{")]
    assert lines
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if label in line)


def test_flower_shows_every_task_succeeded(product: Product) -> None:
    tasks: dict[str, Any] = call("GET", f"{product.flower}/api/tasks?limit=10000").json()
    states = Counter((task["name"], task["state"]) for task in tasks.values())
    assert ("inbound.ingest", "SUCCESS") in states
    assert ("outbound.send", "SUCCESS") in states
    assert {state for _, state in states} <= {"SUCCESS", "STARTED", "RECEIVED", "PENDING"}


def _team(product: Product) -> list[tuple[Any, ...]]:
    """The members, by name, with who they are and when they joined."""
    (workspace,) = product.get("/workspaces")["workspaces"]
    members = product.get(f"/workspaces/{workspace['id']}/members")["members"]
    facts = ("name", "role", "is_owner", "user_id", "joined_at")
    return sorted(tuple(member[fact] for fact in facts) for member in members)


def test_a_team_of_four_is_there(product: Product) -> None:
    assert [member[:3] for member in _team(product)] == [
        ("Ada", "admin", True),
        ("Ben", "agent", False),
        ("Chika", "agent", False),
        ("Dora", "viewer", False),
    ]


def test_a_mailed_invitation_is_in_the_sandbox_s_outbox(product: Product) -> None:
    (workspace,) = product.get("/workspaces")["workspaces"]
    invitations = f"/workspaces/{workspace['id']}/invitations"
    made = product.post(invitations, {"email": "eve@example.com", "role": "agent"}).json()

    def mailed() -> dict[str, Any] | None:
        mails = product.command("GET", "/mails")["mails"]
        return next((mail for mail in mails if mail["to"] == "eve@example.com"), None)

    # As a browser opens it: in a window that the demo signs in under the address.
    place, token = wait_until(mailed)["links"][0].split("#")
    assert (place, token) == (
        f"{made['link'].split('#')[0]}?as=eve%40example.com",
        made["link"].split("#")[1],
    )
    eve = product.command("POST", "/demo/token", {"as": "eve@example.com"})["access_token"]
    peeked = call(
        "POST", f"{product.api}/invitations/peek", {"token": token}, {"Authorization": f"Bearer {eve}"}
    )
    assert (peeked.status, peeked.json()["role"]) == (200, "agent")


class _KilledJournal(Journal):
    """Of a run that is killed when this step is done, and not yet written down."""

    last: str = ""

    def add(self, step: str) -> None:
        if step == self.last:
            raise KeyboardInterrupt
        super().add(step)


def test_the_demo_s_inbox_is_filled_once_whatever_kills_it(product: Product, tmp_path: Path) -> None:
    clients, token = Clients(product.base, product.sandbox), product.secret("SANDBOX_ACCESS_TOKEN")
    told = [story for story in STORIES if story.key in ("meera", "rohan", "misaki")]

    def filled(journal: Journal) -> str:
        return DemoInbox(clients, token, journal, told).run()

    # Killed after a webhook, a claim, a reply, a label, a note and a snooze: each of them is done twice.
    for last in ("label Refund", "misaki/0.0", *(f"misaki/1.{at}" for at in range(1, 6))):
        journal = _KilledJournal(tmp_path / "journal")
        journal.last = last
        with pytest.raises(KeyboardInterrupt):
            filled(journal)
    assert filled(Journal(tmp_path / "journal")).endswith("steps are done")
    before = _inbox(product, [story.customer["user_id"] for story in told])
    assert [each[:5] for each in before] == [
        ("open", None, None, ["Allergy"], ["inbound"]),
        ("open", "Ben", None, ["Delivery", "Order"], ["inbound", "outbound", "inbound", "inbound"]),
        ("snoozed", "Ada", None, ["Order"], ["inbound", "outbound"]),
    ]
    assert [(len(each[5]), each[6]) for each in before] == [
        (0, ["label"]),
        (1, ["assignee", "label", "label"]),
        (1, ["assignee", "label", "status", "snooze"]),
    ]
    # Another start finds it; so does one with another data folder and the same database.
    assert filled(Journal(tmp_path / "journal")) == "all of it is there already"
    filled(Journal(tmp_path / "elsewhere"))
    assert _inbox(product, [story.customer["user_id"] for story in told]) == before


def _inbox(product: Product, customers: list[str]) -> list[tuple[Any, ...]]:
    """Of each customer's conversation how it stands, and what is in it: messages, notes, changed fields."""
    listed = product.get(f"/conversations?phone_number_id={NUMBER}&limit=200")["conversations"]
    found = []
    for one in (next(row for row in listed if row["customer_user_id"] == customer) for customer in customers):
        entries = product.get(f"/conversations/{one['id']}/timeline?limit=200")["entries"]
        parts = {
            kind: [e[kind] for e in entries if e["kind"] == kind] for kind in ("message", "note", "change")
        }
        found.append(
            (
                one["status"],
                one["assignee"] and one["assignee"]["name"],
                one["team"],
                [label["name"] for label in one["labels"]],
                [message["direction"] for message in parts["message"]],
                [note["body"] for note in parts["note"]],
                [change["field"] for change in parts["change"]],
            )
        )
    return found


def test_ctrl_c_leaves_nothing_and_a_second_start_finds_everything(product: Product) -> None:
    before, team = {message["id"] for message in _messages(product)}, _team(product)
    assert product.stop() == 0
    assert product.left_over() == []
    product.start()
    assert {message["id"] for message in _messages(product)} >= before
    assert _team(product) == team
    assert product.stop() == 0
    assert product.left_over() == []


def test_nothing_of_what_was_said_is_in_the_logs(product: Product) -> None:
    said = [
        b"is my order ready",
        b"Thank you!",
        "抹茶".encode(),
        b"oven is full",
        ASHA.encode(),
        product.secret("WHATSAPP_APP_SECRET").encode(),
    ]
    for log in Path(product.folder, "logs").glob("*"):
        if log.name.startswith("sandbox"):
            continue
        text = log.read_bytes()
        for secret in said:
            assert secret not in text, (log.name, secret)
