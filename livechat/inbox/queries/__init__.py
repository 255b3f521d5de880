"""Statements of the inbox: what is asked of a conversation, and the walks that find its pages."""
