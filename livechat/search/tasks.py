"""Tasks of the search."""

from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.search.fill_words import fill_words as fill


@celery.task(name=TaskName.FILL_WORDS.value)
def fill_words() -> None:
    """Find the words of older messages and notes, some of them at a time."""
    fill(db.session)
