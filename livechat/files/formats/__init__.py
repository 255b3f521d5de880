"""Finds out by its bytes what a file is, and converts it to one that WhatsApp takes."""
