from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from sandbox.testing import SandboxServer
from tests.sandbox.callback import wait_until

ASHA = "917755991051"


def test_the_world_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with SandboxServer(state_path=str(path), access_token="same") as first:
        box = first.client
        box.add_customer(wa_id="919900000077", name="Nina")
        people = [customer["key"] for customer in box.call("GET", "/customers")["customers"]]
        # Made later, though its id is the smaller one.
        box.add_number(phone_number_id="1", waba_id=box.waba_id)
        written = box.customer_writes(ASHA, "Hi")
        media_id = box.customer_writes(ASHA, type="image")["message"]["image"]["id"]
        sent = box.send("+" + ASHA, biz_opaque_callback_data="m").json()["messages"][0]["id"]
        box.token("mine")
        box.graph("POST", f"{box.waba_id}/subscribed_apps")
        box.webhook("number_changed", customer="16505551234", new_wa_id="16505550000")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    with SandboxServer(state_path=str(path), access_token="same") as second:
        box = second.client
        assert box.messages(direction="all")[0]["wamid"] == written["wamid"]
        assert box.message(sent)["biz_opaque_callback_data"] == "m"
        now = [customer["key"] for customer in box.call("GET", "/customers")["customers"]]
        assert {"919900000077", "16505550000"} <= set(now)
        assert "16505551234" not in now
        assert [key for key in now if key in people] == [key for key in people if key in now]
        # The number that a command leaves out is the same.
        assert box.customer_writes(ASHA, "Hello again")["phone_number_id"] == box.phone_number_id
        assert box.graph("GET", media_id).status_code == 200
        assert box.graph("GET", box.phone_number_id, token="mine").status_code == 200
        assert len(box.graph("GET", f"{box.waba_id}/subscribed_apps").json()["data"]) == 1
        # The window is still open: a free-form send is delivered, not failed with 131047.
        later = box.send("+" + ASHA).json()["messages"][0]["id"]
        assert later != sent
        box.flush(2)
        assert box.message(later)["status"] == "delivered"
        box.reset()

    with SandboxServer(state_path=str(path), access_token="same") as third:
        assert third.client.messages(direction="all") == []


def _is_committed(path: Path, key: str) -> bool:
    """Asked through SQLite: the bytes are in the file before their transaction is over."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
            return bool(database.execute("SELECT 1 FROM thing WHERE key = ?", (key,)).fetchall())
    except sqlite3.OperationalError:
        return False


def test_a_killed_process_keeps_what_is_a_second_old(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sandbox.db"
    server = SandboxServer(state_path=str(path), subprocess=True).start()
    wamid = server.client.customer_writes(ASHA, "Hi")["wamid"]
    wait_until(lambda: _is_committed(path, wamid), 60)
    server.kill()
    server.client.close()
    with SandboxServer(state_path=str(path)) as again:
        assert again.client.message(wamid)["type"] == "text"
