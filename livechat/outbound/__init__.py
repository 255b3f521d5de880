"""Replies to customers, from the request to what became of them."""
