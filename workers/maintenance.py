"""Beat's tasks: find what was lost on the way, and throw away what is old."""
