"""Files, and the messages that carry them."""
