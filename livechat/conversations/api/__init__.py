"""Routes of the list of conversations, of one thread, and of its customer."""
