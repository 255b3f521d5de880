"""Invitations: made, mailed and accepted."""
