"""News: what Meta says of accounts, numbers and templates in webhooks."""
