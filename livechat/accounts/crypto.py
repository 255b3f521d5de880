"""Access tokens at rest: Fernet ciphertext everywhere but in the call to Meta."""

from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UndecryptableTokenError(Exception):
    """The ciphertext was not made with any of the keys that we have; says nothing of its content."""


def encrypt_token(token: str, keys: Sequence[str]) -> str:
    """Ciphertext by the first, newest key (``Settings.encryption_keys``)."""
    return _cipher(tuple(keys)).encrypt(token.encode()).decode()


def decrypt_token(ciphertext: str, keys: Sequence[str]) -> str:
    """The token, by whichever key made the ciphertext; raises UndecryptableTokenError."""
    try:
        return _cipher(tuple(keys)).decrypt(ciphertext.encode()).decode()
    except InvalidToken:
        # Without ``from``: nothing of the ciphertext shall reach a traceback.
        raise UndecryptableTokenError("No key in LIVECHAT_ENCRYPTION_KEY opens this token") from None


def key_of(ciphertext: str, keys: Sequence[str]) -> int | None:
    """The place in ``keys``, from 0 for the newest, of the key that made it; None: none of them."""
    for place, key in enumerate(keys):
        try:
            _cipher((key,)).decrypt(ciphertext.encode())
        except InvalidToken:
            continue
        return place
    return None


def under_newest_key(ciphertext: str, keys: Sequence[str]) -> str:
    """The same token by the first key, with the time at which it was first encrypted."""
    try:
        return _cipher(tuple(keys)).rotate(ciphertext.encode()).decode()
    except InvalidToken:
        raise UndecryptableTokenError("No key in LIVECHAT_ENCRYPTION_KEY opens this token") from None


@lru_cache(maxsize=16)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
