"""The one exception whose text a person at the terminal reads."""


class LocalError(Exception):
    """A fault that the person at the terminal can put right. Its text is one plain sentence."""
