"""What Meta says of accounts and numbers."""
