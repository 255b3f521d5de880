"""An account's message templates: read from Meta, listed, and checked before a send."""
