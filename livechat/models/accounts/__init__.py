"""Accounts at Meta: who may use them, their numbers and their notices."""
