"""The sandbox's own API, which commands and observes it."""
