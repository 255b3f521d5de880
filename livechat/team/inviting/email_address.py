"""E-mail addresses as they are compared."""

from unicodedata import normalize


def folded(address: str) -> str:
    """The address without space around it and with case folded: two that fold alike are taken for one."""
    return normalize("NFC", normalize("NFC", address.strip()).casefold())
