"""``Prefer: wait=N`` (RFC 7240 sections 2 and 4.3): how long the client will wait for a fuller answer."""

import re
from collections.abc import Iterable

MAX_WAIT_S = 10
# token [BWS "=" BWS word], then parameters; ``wait`` has none, so any are ignored.
_WAIT = re.compile(r"""[ \t]*wait[ \t]*=[ \t]*(?:([0-9]+)|"([0-9]+)")[ \t]*(?:;.*)?""", re.IGNORECASE)
# Commas inside quoted strings do not separate.
_PREFERENCE = re.compile(r"""(?:[^,"]|"(?:[^"\\]|\\.)*")+""")


def preferred_wait(headers: Iterable[str]) -> int | None:
    """Seconds to wait, 0 to MAX_WAIT_S; None if no header asks for it in a form that we understand.

    The first of several counts, as section 2 says. A longer wait becomes MAX_WAIT_S.
    """
    for header in headers:
        for preference in _PREFERENCE.findall(header):
            found = _WAIT.fullmatch(preference)
            if found is not None:
                digits = (found.group(1) or found.group(2)).lstrip("0") or "0"
                # ``int`` need not read thousands of digits: ten are more than MAX_WAIT_S already.
                return min(int(digits), MAX_WAIT_S) if len(digits) < 10 else MAX_WAIT_S
    return None
