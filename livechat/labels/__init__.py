"""Labels: those of a workspace, and those that a conversation wears."""
