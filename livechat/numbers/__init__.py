"""Our phone numbers: connected, refreshed from Meta, changed by Meta's news, and resumed."""
