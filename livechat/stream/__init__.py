"""Renders live events and streams them to the page."""
