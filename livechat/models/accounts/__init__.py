"""Accounts at Meta, who may use them, their numbers and what stands of these."""
