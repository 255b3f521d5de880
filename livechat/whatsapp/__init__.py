"""Meta's protocol: from bytes and JSON to values of ours, and back. No Flask and no database here."""
