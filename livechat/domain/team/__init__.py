"""Rules of a team that works one inbox."""
