"""``Prefer: wait=N`` (RFC 7240 sections 2 and 4.3): how long the client would wait for a fuller answer."""

import re
from collections.abc import Iterable

MAX_WAIT_S = 10
# token [BWS "=" BWS word], then parameters, which ``wait`` does not have and which are ignored.
_WAIT = re.compile(r"""[ \t]*wait[ \t]*=[ \t]*(?:([0-9]+)|"([0-9]+)")[ \t]*(?:;.*)?""", re.IGNORECASE)
# Commas inside quoted strings do not separate.
_PREFERENCE = re.compile(r"""(?:[^,"]|"(?:[^"\\]|\\.)*")+""")


def preferred_wait(headers: Iterable[str]) -> int | None:
    """Seconds to wait, 0 to MAX_WAIT_S; None where no header asks for it in a form that can be understood.

    Of several the first counts, as section 2 says. More than MAX_WAIT_S is MAX_WAIT_S.
    """
    for header in headers:
        for preference in _PREFERENCE.findall(header):
            found = _WAIT.fullmatch(preference)
            if found is not None:
                digits = (found.group(1) or found.group(2)).lstrip("0") or "0"
                # Longer than any sensible number: no need to let ``int`` look at thousands of digits.
                return min(int(digits), MAX_WAIT_S) if len(digits) < 10 else MAX_WAIT_S
    return None
