"""Who follows a conversation that may not be theirs. Following gives sight of it."""
