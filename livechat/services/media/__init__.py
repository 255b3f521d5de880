"""Files of messages, both ways: fetched from Meta, uploaded by agents, looked at, converted, served, sent."""
