"""Saved views: a list of conversations that is asked for often, under a name."""
