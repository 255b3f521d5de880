"""Routes of the list, of a thread, and of its customer."""
