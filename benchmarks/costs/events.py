"""Events in Meta's mix, from HTTP to commit: processor time, and bytes of WAL and on disk."""

from benchmarks import mix
from benchmarks.costs.site import Site
from benchmarks.load import Generator
from benchmarks.webhooks import NUMBER

Used = dict[str, float]
WAL, DISK = "WAL", "disk"


def one_in_a_body(site: Site) -> Used:
    """A webhook for each event."""
    return _events(site, 1)


def ten_in_a_body(site: Site) -> Used:
    """A webhook for ten events."""
    return _events(site, 10)


def _events(site: Site, in_a_body: int) -> Used:
    count = site.sizes.mix_messages
    _run(site, max(4, count // 10), in_a_body)
    return _run(site, count, in_a_body)


def _run(site: Site, messages: int, in_a_body: int) -> Used:
    product, first = site.product, site.take(messages)
    product.database.execute(_SENT, {"number": NUMBER, **_rows(messages, first)})
    for table in ("chat_conversations", "chat_messages"):
        product.database.execute(f"ANALYZE {table}".encode())
    with Generator(mix.signed_mix, product.app_secret, messages, first, in_a_body) as load:
        before = _written(site)

        def run() -> None:
            load.run(product.port, site.sizes.connections).only(200)
            product.wait_until_stored()

        found = site.per_unit(messages * mix.EVENTS_A_MESSAGE, run)
        after = _written(site)
    _check(site, messages, first)
    each = {name: (after[name] - before[name]) / (messages * mix.EVENTS_A_MESSAGE) for name in after}
    return found | each


def _rows(messages: int, first: int) -> dict[str, list[str]]:
    serials = range(first, first + messages)
    return {"wamids": [mix.sent_wamid(n) for n in serials], "phones": [mix.customer_of(n) for n in serials]}


def _written(site: Site) -> dict[str, float]:
    wal = site.product.scalar("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    return {WAL: float(wal), DISK: float(site.product.scalar("SELECT pg_database_size(current_database())"))}


def _check(site: Site, messages: int, first: int) -> None:
    wamids = _rows(messages, first)["wamids"]
    question = "SELECT count(*) FROM chat_messages WHERE wamid = ANY(%s) AND status = 'read'"
    read = site.product.scalar(question, [wamids])
    came = [mix.message(n, 0)["value"]["messages"][0]["id"] for n in range(first, first + messages)]
    stored = site.product.scalar("SELECT count(*) FROM chat_messages WHERE wamid = ANY(%s)", [came])
    if (read, stored) != (messages, messages):
        raise RuntimeError(f"of {messages} messages {stored} are stored, and {read} of ours are read")


# Ours to each customer, as they stand when Meta has taken them.
_SENT = """
    INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, message_type,
                               text, content, status, status_rank, timestamp, sent_by, sent_at)
    SELECT gen_random_uuid(), c.id, c.phone_number_id, sent.wamid, 'outbound', 'livechat', 'text',
           'On its way.', '{"text": {"body": "On its way."}}', 'sent', 20, now(), c.user_id, now()
    FROM unnest(%(wamids)s::text[], %(phones)s::text[]) AS sent (wamid, phone)
        JOIN chat_conversations c ON c.customer_phone = sent.phone AND c.phone_number_id = %(number)s
"""
