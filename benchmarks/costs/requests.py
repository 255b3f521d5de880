"""Requests of the page, one at a time, and the cheapest request that goes through Flask."""

from benchmarks.costs.site import COLLECTOR, Site
from benchmarks.load import request
from benchmarks.webhooks import NUMBER

Used = dict[str, float]
FLOOR = "GET /healthz, the floor"
_HEALTH = request("GET", "/healthz")


def floor(site: Site) -> Used:
    """No user, no database, a few bytes: what the server, a thread and Flask take."""
    return _repeat(site, [_HEALTH], site.sizes.floor_requests)


def floor_beside(site: Site) -> float:
    """The web's part of a few of them, right before or after something else: a machine's pace changes."""
    count = max(8, site.sizes.floor_requests // 8)
    return site.per_unit(count, lambda: site.product.ask([_HEALTH] * count))["web"]


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


def tabs_counts(site: Site) -> Used:
    """What stands on the inbox' tabs."""
    return _repeat(site, [site.product.get("/conversations/counts")], site.sizes.cost_requests)


def search(site: Site) -> Used:
    """A word that stands in every message, over all threads."""
    asked = [site.product.get("/search?q=order")]
    # More than two of one user at once are refused.
    return _repeat(site, asked, max(2, site.sizes.cost_requests // 2), at_once=2)


def sending(site: Site) -> Used:
    """A text is taken to be sent; no worker sends it."""
    bodies = [{"phone_number_id": NUMBER, "to": site.phone(n), "message": "On its way."} for n in range(100)]
    asked = [site.product.post("/send-message", each) for each in bodies]
    site.product.ask(asked[: len(asked) // 5], connections=8, status=202)
    return site.per_unit(len(asked), lambda: site.product.ask(asked, status=202))


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


def _repeat(site: Site, asked: list[bytes], count: int, at_once: int = 8) -> Used:
    requests = [asked[n % len(asked)] for n in range(count)]
    # Both of the web's processes have answered some before it counts.
    site.product.ask(requests[: max(8, count // 10)], connections=at_once)
    return site.per_unit(count, lambda: site.product.ask(requests))
