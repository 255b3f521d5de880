"""What a note says: its text without the ids that stand in place of names."""

import re
from collections.abc import Collection

_MENTION = re.compile(r"@\[([^\]\s]{1,64})\]")


def without_mentions(body: str, ids: Collection[str]) -> str:
    """The body with blanks where it names one of ``ids``: all other characters keep their places.

    What only looks like a mention is what was written.
    """
    if not ids:
        return body
    return _MENTION.sub(lambda found: " " * len(found[0]) if found[1] in ids else found[0], body)
