"""What a file is, by its bytes, and how it becomes one that WhatsApp takes."""
