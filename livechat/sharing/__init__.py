"""Whose a thing is that a workspace keeps: a member's own, a team's, everybody's."""
