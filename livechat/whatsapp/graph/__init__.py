"""Calls of the Graph API, and what its answers mean."""
