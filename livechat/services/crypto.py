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


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
