"""Whether Meta signed a webhook body.

Source: "Create a webhook endpoint" (Meta, read September 2026): ``X-Hub-Signature-256: sha256=<hex>`` is the
lower-case HMAC-SHA256 of the raw bytes, keyed with the app's secret.
"""

import hmac
import re
from collections.abc import Sequence

_HEADER = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)


def is_signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether ``header`` signs exactly these bytes with any of the secrets (two while one is rotated).

    Constant time in the comparison, and every secret is tried, so that the time does not tell which one
    matched. An empty secret signs nothing.
    """
    if header is None or not _HEADER.fullmatch(header):
        return False
    given = header.removeprefix("sha256=")
    matched = False
    for secret in secrets:
        if secret:
            expected = hmac.digest(secret.encode(), body, "sha256").hex()
            matched |= hmac.compare_digest(expected, given)
    return matched
