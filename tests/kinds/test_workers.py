"""The new tasks in a real worker, from the call of the API to the sandbox and back."""

from collections.abc import Callable
from typing import Any

from tests.conftest import wait_until
from tests.kinds.conftest import ASHA, Inbox
from tests.sends.conftest import graph, start_workers  # noqa: F401  # fixtures

StartWorkers = Callable[..., Any]


def test_templates_numbers_and_typing_by_tasks(inbox: Inbox, start_workers: StartWorkers) -> None:  # noqa: F811
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.box.flush()
    inbox.ingest()
    [conversation] = inbox.rows("SELECT id FROM chat_conversations")
    start_workers(1, beat=False, queues="outbound,maintenance", WHATSAPP_API_URL=inbox.box.base_url)
    assert inbox.call("POST", "/templates/sync", json={"phone_number_id": inbox.number}).status_code == 202
    inbox.hears("number_quality", event="FLAGGED")
    query = {"phone_number_id": inbox.number}
    wait_until(
        lambda: len(inbox.call("GET", "/templates", query_string=query).json["templates"]) == 9, timeout_s=60
    )
    wait_until(lambda: inbox.shown_number()["quality_rating"] == "RED", timeout_s=60)
    # The worker is awake now: it tells in time.
    assert inbox.call("POST", f"/conversations/{conversation['id']}/typing").status_code == 204
    wait_until(lambda: inbox.box.requests(endpoint="read"), timeout_s=60)
