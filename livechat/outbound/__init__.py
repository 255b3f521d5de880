"""Replies to customers: the request, the call to Meta, and the statuses that follow."""
