"""Bulk actions: one act on many conversations, done in the background, each with its own outcome."""
