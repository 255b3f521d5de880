"""Stores the items of a batch in their tables."""
