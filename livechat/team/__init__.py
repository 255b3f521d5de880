"""Who works in a workspace: its people, their rights, teams, and the invitations by which they come."""
