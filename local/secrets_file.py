"""Keys and passwords that `make run` generates once and keeps, so that a newcomer needs none."""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from local.errors import LocalError


def _password() -> str:
    return secrets.token_urlsafe(32)


def _fernet_key() -> str:
    """32 random bytes in URL-safe base64, by the Fernet specification."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


MAKERS: dict[str, Callable[[], str]] = {
    "WHATSAPP_VERIFY_TOKEN": _password,
    "WHATSAPP_APP_SECRET": lambda: secrets.token_hex(16),  # the form of Meta's
    "SUPABASE_JWT_SECRET": lambda: secrets.token_urlsafe(48),
    "LIVECHAT_ENCRYPTION_KEY": _fernet_key,
    "SANDBOX_ACCESS_TOKEN": lambda: "EAA" + secrets.token_hex(40),  # the form of Meta's
    "POSTGRES_PASSWORD": _password,
    "REDIS_PASSWORD": _password,
}
OF_THE_FOLDER = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
"""The environment does not override these, since the servers of the data folder were made with them."""


def load_or_create(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Every name of `MAKERS` with the environment's value, else the kept one, else a new one.

    New values are kept, and those of the environment are not. The file gets mode 0600, whatever it had.
    Raises LocalError where a line of the file is not NAME=value.
    """
    kept = _read(file)
    made = {name: make() for name, make in MAKERS.items() if name not in kept}
    if made:
        _write(file, kept | made)
    known = kept | made
    return {name: (name not in OF_THE_FOLDER and environ.get(name)) or known[name] for name in MAKERS}


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    file.chmod(0o600)
    found = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not value:
            raise LocalError(f"Line {number} of {file} is not NAME=value: correct it.")
        found[name.strip()] = value.strip()
    return found


def _write(file: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step. Half a file of secrets would lock the owner out of the database."""
    descriptor, name = tempfile.mkstemp(dir=file.parent)  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write("# Made up by `make run`. Without these, the data beside them cannot be read.\n")
        new.writelines(f"{name}={value}\n" for name, value in values.items())
        new.flush()
        os.fsync(new.fileno())
    os.replace(name, file)
