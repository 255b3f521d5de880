"""Requests of the page, one at a time, and the cheapest request that goes through Flask."""

from benchmarks.costs.site import COLLECTOR, Site
from benchmarks.load import request

Used = dict[str, float]
FLOOR = "GET /healthz, the floor"


def floor(site: Site) -> Used:
    """No user, no database, a few bytes: what the server, a thread and Flask take."""
    return _repeat(site, [request("GET", "/healthz")], site.sizes.floor_requests)


def one_conversation(site: Site) -> Used:
    """One conversation by its id."""
    asked = [site.product.get(f"/conversations/{each}") for each in site.conversations]
    return _repeat(site, asked, site.sizes.cost_requests)


def page_of_messages(site: Site) -> Used:
    """The newest fifty messages of a thread."""
    asked = [site.product.get(f"/messages?conversation_id={each}") for each in site.conversations]
    return _repeat(site, asked, site.sizes.cost_requests)


def list_of_fifty(site: Site) -> Used:
    """The newest fifty conversations of all numbers."""
    return _repeat(site, [site.product.get("/conversations?limit=50")], site.sizes.cost_requests)


def few_numbers(site: Site) -> Used:
    """Three numbers with what is unread."""
    return _repeat(site, [site.product.get("/phone-numbers")], site.sizes.cost_requests)


def many_numbers(site: Site) -> Used:
    """Three hundred numbers with what is unread."""
    return _repeat(site, [site.product.get("/phone-numbers", COLLECTOR)], site.sizes.cost_requests)


def reading(site: Site) -> Used:
    """A new message is read, for its reader and for the team: each once."""
    _newest_read(site, warm=True)
    return _newest_read(site)


def _newest_read(site: Site, *, warm: bool = False) -> Used:
    site.product.store([site.write(n) for n in range(site.sizes.threads)])
    rows = site.product.database.execute(
        "SELECT id, last_message_id FROM chat_conversations WHERE id = ANY(%s::uuid[])", [site.conversations]
    ).fetchall()
    asked = [site.product.post(f"/conversations/{id_}/read", {"up_to": str(last)}) for id_, last in rows]
    return site.per_unit(len(asked), lambda: site.product.ask(asked, connections=8 if warm else 1))


def _repeat(site: Site, asked: list[bytes], count: int) -> Used:
    requests = [asked[n % len(asked)] for n in range(count)]
    site.warm(requests[: max(8, count // 10)])
    return site.per_unit(count, lambda: site.product.ask(requests))
