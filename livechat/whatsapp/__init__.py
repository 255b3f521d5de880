"""Meta's protocol: bytes and JSON on one side, our words on the other. No Flask and no database here."""
