"""How statements are run without the ORM."""
