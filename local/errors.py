"""The one exception that a person at the terminal gets to read."""


class LocalError(Exception):
    """Something that whoever typed `make run` can put right; its text is one plain sentence."""
