"""An installation with what is measured in it: a team of a hundred with three numbers, and one with 300."""

import time
from collections.abc import Callable
from uuid import UUID

from benchmarks import mix
from benchmarks.estate import OWNER
from benchmarks.installation import Installation
from benchmarks.mix import Business, body, message
from benchmarks.sizes import Sizes
from benchmarks.webhooks import CUSTOMERS, NUMBER, WABA, signed

FEW, MANY, ACCOUNTS = 3, 300, 50
# The user with the many numbers, in a workspace of their own.
COLLECTOR = UUID(int=OWNER.int + 1_000_000)
IN_A_BODY = 10


class Site:
    """One tree's installation. Serial numbers go up, so that each message and status is new."""

    def __init__(self, installation: Installation, sizes: Sizes) -> None:
        self.product, self.sizes = installation, sizes
        self.users = [UUID(int=OWNER.int + n) for n in range(max(sizes.streams, 1))]
        self.conversations: list[str] = []
        self._serial = 0

    def fill(self) -> None:
        """Everything that there is before the first turn, through the product where it goes through it."""
        for n in range(FEW):
            self.product.connect_number(NUMBER + ("" if n == 0 else str(n)), WABA)
        self.product.add_members(self.users[1:])
        many = [Business(f"4930{n:06d}", f"waba{n % ACCOUNTS:04d}") for n in range(MANY)]
        for each in many:
            self.product.connect_number(each.number, each.waba, COLLECTOR)
        now = int(time.time())
        threads, each_of = self.sizes.threads, self.sizes.in_a_thread
        history = [message(self.next(), now, customer=_phone(n % threads)) for n in range(threads * each_of)]
        others = [message(self.next(), now) for _ in range(CUSTOMERS)]
        self._store([body(part) for part in _parts(history + others)])
        # A body is of one account.
        self._store([body([message(self.next(), now, each)], each) for each in many])
        for table in ("chat_conversations", "chat_messages", "webhook_events"):
            self.product.database.execute(f"VACUUM ANALYZE {table}".encode())
        phones = [_phone(n) for n in range(threads)]
        self.conversations = [
            str(id_)
            for (id_,) in self.product.database.execute(
                "SELECT id FROM chat_conversations WHERE customer_phone = ANY(%s) ORDER BY id", [phones]
            )
        ]
        if len(self.conversations) != threads:
            raise RuntimeError(f"{len(self.conversations)} conversations are there, not {threads}")

    def next(self) -> int:
        """A serial number that was not used."""
        self._serial += 1
        return self._serial

    def take(self, count: int) -> int:
        """So many serial numbers in a row; the first of them, which a thousand divides."""
        first = (self._serial // CUSTOMERS + 1) * CUSTOMERS
        self._serial = first + count
        return first

    def write(self, thread: int) -> bytes:
        """A webhook with a new message in one of the threads."""
        change = message(self.next(), int(time.time()), customer=self.phone(thread))
        return signed(self.product.app_secret, body([change]))

    def phone(self, thread: int) -> str:
        """The customer of one of the threads."""
        return _phone(thread % self.sizes.threads)

    def per_unit(self, count: int, work: Callable[[], object]) -> dict[str, float]:
        """Seconds of processor time of each program for one of so many."""
        return {name: used / count for name, used in self.product.used_by(work).items()}

    def _store(self, bodies: list[bytes]) -> None:
        self.product.store([signed(self.product.app_secret, each) for each in bodies])


def _phone(thread: int) -> str:
    return f"9177{thread:08d}"


def _parts(changes: list[mix.Change]) -> list[list[mix.Change]]:
    return [changes[at : at + IN_A_BODY] for at in range(0, len(changes), IN_A_BODY)]
