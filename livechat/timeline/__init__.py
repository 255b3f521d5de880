"""A conversation's thread with all that stands in it: messages, the team's notes, and who changed what."""
