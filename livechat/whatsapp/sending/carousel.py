"""The limits of carousels: cards that are swiped sideways.

Source: Meta's "Interactive media carousel messages" and "Interactive product carousel messages" (2025).
"""

from typing import Any

from livechat.whatsapp.sending.checks import Findings

LINK_TEXT = 20
_LINK, _PRODUCT_ID = 2000, 256
_LEAST_CARDS, _MOST_CARDS, _CARD_BODY, _CARD_LINES = 2, 10, 160, 2


def check_carousel(findings: Findings, action: dict[str, Any]) -> None:
    """The cards of a carousel, all of one kind: links with a picture or film, or products."""
    field = "interactive.action.cards"
    cards = findings.objects(field, action.get("cards"), _LEAST_CARDS, _MOST_CARDS)
    for place, card in enumerate(cards):
        _card(findings, f"{field}.{place}", card)
    numbers = [card.get("card_index") for card in cards]
    if len({number for number in numbers if isinstance(number, int)}) < len(numbers):
        findings.add(field, "Every card_index must be different.")
    for key, what in (
        ([card.get("type") for card in cards], "Cards must all be of one type."),
        ([_inner(card, "header", "type") for card in cards], "Cards must all have the same kind of header."),
        ([_inner(card, "action", "catalog_id") for card in cards], "Cards must all be of one catalogue."),
    ):
        if any(each != key[0] for each in key):
            findings.add(field, what)


def _inner(card: dict[str, Any], key: str, name: str) -> Any:
    holder = card.get(key)
    return holder.get(name) if isinstance(holder, dict) else None


def _card(findings: Findings, field: str, card: dict[str, Any]) -> None:
    number, kind, action = card.get("card_index"), card.get("type"), card.get("action")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _MOST_CARDS:
        findings.add(f"{field}.card_index", f"Give the card's place, 0 to {_MOST_CARDS - 1}.")
    if kind not in ("cta_url", "product"):
        findings.add(f"{field}.type", "Give cta_url or product.")
        return
    if not isinstance(action, dict):
        findings.add(f"{field}.action", "Give an object.")
        return
    if kind == "product":
        for key in ("catalog_id", "product_retailer_id"):
            findings.text(f"{field}.action.{key}", action.get(key), _PRODUCT_ID)
        return
    form = _inner(card, "header", "type")
    if form not in ("image", "video"):
        findings.add(f"{field}.header.type", "Give image or video.")
    else:
        findings.file(f"{field}.header.{form}", card["header"].get(form))
    if card.get("body") is not None:
        text = _inner(card, "body", "text")
        findings.text(f"{field}.body.text", text, _CARD_BODY)
        if isinstance(text, str) and text.count("\n") > _CARD_LINES:
            findings.add(f"{field}.body.text", f"At most {_CARD_LINES} line breaks.")
    if action.get("name") != "cta_url":
        findings.add(f"{field}.action.name", "Give cta_url.")
    parameters = action.get("parameters")
    check_link(findings, parameters if isinstance(parameters, dict) else {}, f"{field}.action.parameters")


def check_link(
    findings: Findings, parameters: dict[str, Any], prefix: str = "interactive.action.parameters"
) -> None:
    """A button that opens an address."""
    findings.text(f"{prefix}.display_text", parameters.get("display_text"), LINK_TEXT)
    url = parameters.get("url")
    findings.link(f"{prefix}.url", url)
    if isinstance(url, str):
        findings.text(f"{prefix}.url", url, _LINK)
