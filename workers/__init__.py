"""Celery tasks, one file for each queue. Thin: what they do is in the rooms of ``livechat``."""
