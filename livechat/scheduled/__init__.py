"""Messages to be sent at a time: written now, checked again when they are due, sent once or not at all."""
