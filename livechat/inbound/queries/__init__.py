"""Statements of the ingest and of the ledger."""
