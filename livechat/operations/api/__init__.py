"""Routes of the activity page and of the ledger."""
