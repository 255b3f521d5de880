"""The whole product in a process of its own, as `make run` starts it, and the sandbox's controls."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psycopg

from local.ports import service_port
from local.postgres_server import DATABASE, USER

ROOT = Path(__file__).resolve().parents[2]
READY_S = 240.0
STOP_S = 20.0
ASHA = "917755991051"
API = "/api/live-chat"


def wait_until(condition: Callable[[], object], timeout_s: float = 15.0, what: str = "it") -> None:
    """Return once the condition holds; AssertionError names what did not come."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(0.05)


def call(method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
    """The parsed JSON of an answer; HTTPError for any other than 2xx."""
    data = None if method == "GET" else json.dumps(body or {}).encode()
    request = urllib.request.Request(
        url, data, {"Content-Type": "application/json", **(headers or {})}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class Product:
    """A running product. `url` is the page's address; the methods play Meta and the customers."""

    def __init__(self, folder: Path) -> None:
        web, flower, sandbox = service_port(), service_port(), service_port()
        self.url = f"http://127.0.0.1:{web}"
        self.sandbox_url = f"http://127.0.0.1:{sandbox}"
        self._log = folder / "launcher.log"
        self.data = folder / "data"
        environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environ = environ | {
            "PYTHONPATH": str(ROOT),
            "LIVECHAT_DATA_DIR": str(self.data),
            "LIVECHAT_PORT": str(web),
            "FLOWER_PORT": str(flower),
            "SANDBOX_PORT": str(sandbox),
        }
        self._process: subprocess.Popen[bytes] | None = None
        # Asked for once: whoever waits for something asks the API twenty times a second.
        self._token = self._number = ""

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "local", "--follow-parent"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=log, stderr=log)
        process = self._process
        wait_until(
            lambda: "\nready: " in self.log() or process.poll() is not None,
            READY_S,
            f"the product: {self.log()}",
        )
        assert process.poll() is None, self.log()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(STOP_S)

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def control(self, method: str, path: str, body: object = None) -> Any:
        return call(method, f"{self.sandbox_url}/sandbox{path}", body)

    def customer(self, name: str) -> str:
        """A new customer's number; each test has its own, so that no test sees another's messages."""
        number = f"9198{time.time_ns() % 10**8:08d}"
        self.control("POST", "/customers", {"wa_id": number, "name": name})
        return number

    def write(self, customer: str, text: str = "", **more: object) -> str:
        """The customer writes; returns the wamid."""
        return str(self.control("POST", f"/customers/{customer}/messages", {"text": text, **more})["wamid"])

    def api(self, method: str, path: str, body: object = None) -> Any:
        """The live chat's API as the demo user."""
        self._token = self._token or self.control("POST", "/demo/token")["access_token"]
        return call(method, f"{self.url}{API}{path}", body, {"Authorization": f"Bearer {self._token}"})

    def phone_number_id(self) -> str:
        return str(self.api("GET", "/phone-numbers")["phone_numbers"][0]["phone_number_id"])

    def conversation(self, customer: str) -> dict[str, Any]:
        """The customer's conversation, once it is there."""
        found: list[dict[str, Any]] = []

        self._number = self._number or self.phone_number_id()

        def look() -> bool:
            path = f"/conversations?phone_number_id={self._number}&search={customer}"
            found[:] = self.api("GET", path)["conversations"]
            return bool(found)

        wait_until(look, what="the conversation")
        return found[0]

    def messages(self, customer: str) -> list[dict[str, Any]]:
        conversation = self.conversation(customer)
        return list(self.api("GET", f"/messages?conversation_id={conversation['id']}")["messages"])

    def sql(self, statement: str, **values: object) -> list[Any]:
        """Rows of a statement on the product's own database, committed. To fill it, and to compare with it."""
        secrets = dict(
            line.split("=", 1) for line in (self.data / "secrets.env").read_text().splitlines() if "=" in line
        )
        port = (self.data / "postgres.port").read_text().strip()
        address = f"host=127.0.0.1 port={port} user={USER} password={secrets['POSTGRES_PASSWORD']}"
        with psycopg.connect(f"{address} dbname={DATABASE}") as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def processes(self, *words: str) -> list[int]:
        """Ids of this product's processes whose command line holds all of the words."""
        supervisor = int((self.data / "run" / "supervisord.pid").read_text())
        parents: dict[int, int] = {}
        commands: dict[int, str] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                # One that ends meanwhile is none of those looked for.
                with suppress(OSError):
                    number = int(folder.name)
                    parents[number] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    commands[number] = (folder / "cmdline").read_bytes().decode(errors="replace")
        found = []
        for number, command in commands.items():
            above = number
            while above > 1 and above != supervisor:
                above = parents.get(above, 0)
            if above == supervisor and all(word in command for word in words):
                found.append(number)
        return found

    def kill(self, *words: str) -> None:
        """SIGKILL to those processes; the supervisor starts them again."""
        victims = self.processes(*words)
        assert victims, f"no process with {words}"
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        wait_until(lambda: not {*victims} & {*self.processes(*words)}, what="their end")

    def long_thread(self, customer: str, messages: int) -> str:
        """A thread of so many messages, written straight into the database and read; its conversation's id."""
        self.write(customer, "The first")
        conversation = self.conversation(customer)
        self.sql(
            """
            INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin,
                message_type, text, content, status, status_rank, timestamp)
            SELECT gen_random_uuid(), %(id)s::uuid, %(number)s::text, 'long.' || gen_random_uuid(),
                CASE WHEN n %% 3 = 0 THEN 'outbound' ELSE 'inbound' END,
                CASE WHEN n %% 3 = 0 THEN 'livechat' ELSE 'customer' END,
                'text', body, jsonb_build_object('text', jsonb_build_object('body', body)),
                CASE WHEN n %% 3 = 0 THEN 'read' ELSE 'received' END, CASE WHEN n %% 3 = 0 THEN 40 ELSE 0 END,
                date_trunc('second', now()) - make_interval(mins => (%(count)s::int - n) * 3)
            FROM (SELECT n, 'Note ' || lpad(n::text, 5, '0') || repeat(' word', n * 7 %% 40) AS body
                  FROM generate_series(1, %(count)s::int - 1) AS n) AS made ORDER BY n
            """,
            id=conversation["id"],
            number=conversation["phone_number_id"],
            count=messages,
        )
        self.api("POST", f"/conversations/{conversation['id']}/read")
        return str(conversation["id"])

    def long_list(self, conversations: int) -> None:
        """So many more conversations with one message each, older than all that are there."""
        number = self.phone_number_id()
        self.sql(
            """
            WITH made AS (
                INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, customer_name,
                    last_message_id, last_message_time, last_inbound_at)
                SELECT gen_random_uuid(), a.user_id, p.phone_number_id, (910000000000 + n)::text,
                    'Customer ' || lpad(n::text, 4, '0'), gen_random_uuid(),
                    now() - interval '2 days' - make_interval(secs => n), now() - interval '2 days'
                FROM generate_series(1, %(count)s::int) AS n, phone_numbers p JOIN waba_accounts a ON a.id = p.account_id
                WHERE p.phone_number_id = %(number)s
                RETURNING id, phone_number_id, last_message_id, last_message_time
            )
            INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin,
                message_type, text, content, status, status_rank, timestamp)
            SELECT last_message_id, id, phone_number_id, 'list.' || id, 'inbound', 'customer', 'text', 'Hello',
                '{"text": {"body": "Hello"}}', 'received', 0, last_message_time FROM made
            """,
            count=conversations,
            number=number,
        )
