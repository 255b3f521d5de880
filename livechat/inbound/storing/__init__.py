"""A batch of items into tables."""
