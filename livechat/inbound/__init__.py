"""Webhooks, from the door to the tables."""
