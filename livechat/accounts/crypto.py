"""Encrypts access tokens: they are Fernet ciphertext everywhere but in the call to Meta."""

from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UndecryptableTokenError(Exception):
    """None of our keys made the ciphertext. The message tells nothing of its content."""


def encrypt_token(token: str, keys: Sequence[str]) -> str:
    """The token encrypted with the first, newest key (``Settings.encryption_keys``)."""
    return _cipher(tuple(keys)).encrypt(token.encode()).decode()


def decrypt_token(ciphertext: str, keys: Sequence[str]) -> str:
    """The token, decrypted with whichever key made the ciphertext; raises UndecryptableTokenError."""
    try:
        return _cipher(tuple(keys)).decrypt(ciphertext.encode()).decode()
    except InvalidToken:
        # ``from None``: nothing of the ciphertext may reach a traceback.
        raise UndecryptableTokenError("No key in LIVECHAT_ENCRYPTION_KEY opens this token") from None


def key_of(ciphertext: str, keys: Sequence[str]) -> int | None:
    """The index in ``keys`` (0 is the newest) of the key that made the ciphertext; None if none did."""
    for place, key in enumerate(keys):
        try:
            _cipher((key,)).decrypt(ciphertext.encode())
        except InvalidToken:
            continue
        return place
    return None


def under_newest_key(ciphertext: str, keys: Sequence[str]) -> str:
    """The same token encrypted with the first key; the ciphertext keeps the time of the first encryption.

    Raises UndecryptableTokenError.
    """
    try:
        return _cipher(tuple(keys)).rotate(ciphertext.encode()).decode()
    except InvalidToken:
        raise UndecryptableTokenError("No key in LIVECHAT_ENCRYPTION_KEY opens this token") from None


@lru_cache(maxsize=16)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
