"""Files: fetched from Meta, uploaded by agents, served to the page."""
