"""Message templates: their parts, the values they take, how they look filled in."""
