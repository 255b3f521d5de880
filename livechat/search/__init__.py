"""Finding messages, people and notes by their words, in all that somebody sees."""
