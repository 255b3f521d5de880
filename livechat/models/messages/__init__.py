"""Messages, and what happened to them."""
