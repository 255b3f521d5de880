"""The ledger: webhooks as they came, and what became of their items."""
