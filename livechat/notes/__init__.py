"""Private notes of the team. Nothing here is known to the room ``outbound``, which takes messages alone."""
