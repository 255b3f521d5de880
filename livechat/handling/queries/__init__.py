"""Statements about who handles a conversation, and where it stands."""
