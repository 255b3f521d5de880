"""Tasks of presence."""

from livechat.core.extensions import celery, db, redis
from livechat.core.tasknames import TaskName
from livechat.presence.choose_availability import end_availability
from livechat.presence.tell import tell_presence
from livechat.presence.whereabouts import note_changed
from livechat.waking.wake_assigner import wake_for_members


@celery.task(name=TaskName.END_AVAILABILITY.value)
def end_what_has_ended() -> None:
    """Write down who is available again by the clock, and tell their colleagues."""
    back = end_availability(db.session)
    db.session.commit()
    if back:
        note_changed(redis.client, back)
        tell_presence(db.session, redis.client)
        wake_for_members(db.session, redis.client, back)
