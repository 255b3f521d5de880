"""Workspaces, the people in them, their teams, and invitations."""
