"""Webhooks: their shapes, their bytes, and how they reach the callback."""
