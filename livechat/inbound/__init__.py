"""Webhooks: kept at the door, then stored as messages, statuses and news."""
