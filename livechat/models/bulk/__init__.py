"""Actions on many conversations at once, and what came of each."""
