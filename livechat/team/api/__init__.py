"""Routes of workspaces and of the people in them."""
