"""What members want to be reminded of: their own, and no colleague's to see."""
