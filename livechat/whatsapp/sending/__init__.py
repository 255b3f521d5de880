"""Bodies of messages to customers, and what Meta takes of them."""
