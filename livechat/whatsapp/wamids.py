"""Message ids of WhatsApp: a message has one under the customer's number and one under their other id.

An id is ``wamid.`` and base64 of the user, a marker of the direction and the message's own key (a struct in
Thrift's compact form). Meta documents no form, and other ids have come: one that does not read so has no key.
"""

import binascii

_PREFIX = "wamid."
# The column has an index of so many characters at the end (``ix_chat_messages_ending``).
ENDING_LENGTH = 16
# The end of the id has to lie within the key: shorter keys, which nobody has seen, are not looked for.
_LEAST_KEY = 9
_STRUCT, _TEXT, _STOP = 0x1C, 0x18, 0x00


def key_of(wamid: str) -> bytes | None:
    """The message's own key, the same under each of the customer's ids; None where the id does not tell."""
    if not wamid.startswith(_PREFIX):
        return None
    text = wamid.removeprefix(_PREFIX).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        raw = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < 4 or raw[0] != _STRUCT or raw[1] != _TEXT or raw[-1] != _STOP:
        return None
    # The user, then small fields of the marker, then the key as the last text before the end.
    at = 3 + raw[2]
    while at < len(raw) - 1:
        if raw[at] == _TEXT and at + 2 + raw[at + 1] == len(raw) - 1:
            key = raw[at + 2 : -1]
            return key if len(key) >= _LEAST_KEY else None
        at += 1
    return None


def endings(key: bytes) -> list[str]:
    """The possible ends of an id with this key, for any user in front: three alignments, padded or not."""
    tail = bytes((_TEXT, len(key))) + key + bytes((_STOP,))
    found = set()
    for before in range(3):
        # The filler's length stands for the user's; it does not reach into the end.
        written = binascii.b2a_base64(bytes(12 + before) + tail, newline=False).decode()
        found |= {written[-ENDING_LENGTH:], written.rstrip("=")[-ENDING_LENGTH:]}
    return sorted(found)
