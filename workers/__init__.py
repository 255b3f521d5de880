"""What all Celery tasks share: their base, schedule and instruments. The tasks are in the rooms."""
