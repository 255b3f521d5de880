"""Statements that store webhooks, and those of the ledger."""
