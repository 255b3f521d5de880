"""Validation of interactive messages that ask for something: cards, addresses, calls."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.graph import checks
from sandbox.model import Json

MIN_CARDS, MAX_CARDS = 2, 10
MAX_CARD_TEXT, MAX_CARD_BREAKS = 160, 2
MAX_TTL_MINUTES = 43_200
ADDRESS_COUNTRIES = {"IN", "SG"}

MediaCheck = Callable[[Json, str, str], None]


def check_link_button(action: Json, path: str) -> None:
    """Check `cta_url`: a text of at most 20 characters, which opens an address."""
    if action.get("name") != "cta_url":
        raise checks.invalid(f"{path}['name']", 'must be "cta_url".')
    parameters = checks.part(action, "parameters", f"{path}['parameters']")
    checks.text(parameters, "display_text", f"{path}['parameters']['display_text']", limit=20)
    url = checks.text(parameters, "url", f"{path}['parameters']['url']", limit=2000)
    if not url.startswith(("https://", "http://")):
        raise checks.invalid(f"{path}['parameters']['url']", "must be a valid URL.")


def check_carousel(action: Json, check_media: MediaCheck) -> None:
    """Check 2 to 10 cards of one type: pictures or videos with a link, or products of one catalogue."""
    path = "interactive['action']['cards']"
    cards = checks.items(action, "cards", path)
    if not MIN_CARDS <= len(cards) <= MAX_CARDS:
        raise checks.invalid(path, f"must have between {MIN_CARDS} and {MAX_CARDS} items.")
    seen: set[int] = set()
    alike: set[tuple[str, str]] = set()
    for number, card in enumerate(cards):
        where = f"{path}[{number}]"
        index = card.get("card_index")
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < MAX_CARDS:
            raise checks.invalid(f"{where}['card_index']", f"must be between 0 and {MAX_CARDS - 1}.")
        seen.add(index)
        kind = checks.text(card, "type", f"{where}['type']", limit=64)
        inner = checks.part(card, "action", f"{where}['action']")
        if kind == "product":
            catalog = checks.text(inner, "catalog_id", f"{where}['action']['catalog_id']", limit=64)
            field = f"{where}['action']['product_retailer_id']"
            checks.text(inner, "product_retailer_id", field, limit=256)
            alike.add((kind, catalog))
        elif kind == "cta_url":
            alike.add((kind, _check_media_card(card, where, check_media)))
            check_link_button(inner, f"{where}['action']")
        else:
            raise checks.invalid(f"{where}['type']", f'must be one of {{cta_url, product}} - got "{kind}".')
    if len(seen) < len(cards):
        raise checks.invalid(path, "must have unique card_index values.")
    if len(alike) > 1:
        raise checks.invalid(path, "must all have the same type, header type and catalog.")


def _check_media_card(card: Json, path: str, check_media: MediaCheck) -> str:
    """Check a card and return its kind of header, which all cards of a message must share."""
    header = checks.part(card, "header", f"{path}['header']")
    kind = checks.text(header, "type", f"{path}['header']['type']", limit=32)
    if kind not in {"image", "video"}:
        raise checks.invalid(f"{path}['header']['type']", f'must be one of {{image, video}} - got "{kind}".')
    check_media(header, kind, f"{path}['header']['{kind}']")
    if "body" in card:
        body = checks.part(card, "body", f"{path}['body']")
        text = checks.text(body, "text", f"{path}['body']['text']", limit=MAX_CARD_TEXT)
        if text.count("\n") > MAX_CARD_BREAKS:
            raise checks.invalid(f"{path}['body']['text']", "must have at most 2 line breaks.")
    return kind


def check_address(action: Json) -> None:
    """Check `address_message`, which exists in some countries only."""
    if action.get("name") != "address_message":
        raise checks.invalid("interactive['action']['name']", 'must be "address_message".')
    path = "interactive['action']['parameters']"
    parameters = checks.part(action, "parameters", path)
    country = checks.text(parameters, "country", f"{path}['country']", limit=64)
    if country not in ADDRESS_COUNTRIES:
        raise checks.invalid(f"{path}['country']", f'must be one of {{IN, SG}} - got "{country}".')
    for key in ("values", "validation_errors"):
        if parameters.get(key) is not None:
            _check_fields(checks.part(parameters, key, f"{path}['{key}']"), f"{path}['{key}']")
    if parameters.get("saved_addresses") is not None:
        saved = f"{path}['saved_addresses']"
        for number, address in enumerate(checks.items(parameters, "saved_addresses", saved)):
            checks.text(address, "id", f"{saved}[{number}]['id']", limit=256)
            value = checks.part(address, "value", f"{saved}[{number}]['value']")
            _check_fields(value, f"{saved}[{number}]['value']")


def _check_fields(fields: Json, path: str) -> None:
    for key in fields:
        is_error = path.endswith("['validation_errors']")
        limit = 6 if key == "in_pin_code" and not is_error else 1024
        checks.text(fields, key, f"{path}['{key}']", limit=limit, optional=True)


def check_voice_call(action: Json) -> None:
    """Check `voice_call`: a button that calls the business. Its parameters are optional."""
    if action.get("name") != "voice_call":
        raise checks.invalid("interactive['action']['name']", 'must be "voice_call".')
    if action.get("parameters") is None:
        return
    path = "interactive['action']['parameters']"
    parameters = checks.part(action, "parameters", path)
    checks.text(parameters, "display_text", f"{path}['display_text']", limit=20, optional=True)
    checks.text(parameters, "payload", f"{path}['payload']", limit=512, optional=True)
    ttl = parameters.get("ttl_minutes")
    if ttl is not None and not (type(ttl) is int and 1 <= ttl <= MAX_TTL_MINUTES):
        raise checks.invalid(f"{path}['ttl_minutes']", f"must be between 1 and {MAX_TTL_MINUTES}.")
