"""A process that sends what is due and nothing else: the dispatcher of a worker, made to be killed."""

from random import Random
from uuid import UUID

from livechat import create_app
from livechat.core.config import Settings
from livechat.core.extensions import db, redis
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.dispatch import Dispatcher
from livechat.outbound.delivery.pace import Pace


def run(environment: dict[str, str], conversation_id: UUID) -> None:
    """Send one conversation's messages with the settings of this environment, and end."""
    settings = Settings.from_env(environment)
    app = create_app(settings, api=False)
    with app.app_context():
        dispatcher = Dispatcher(
            Sender.from_settings(settings),
            Pace(redis.client),
            threads=2,
            context=app.app_context,
            rng=Random(1),
            stays_for_s=0,
        )
        dispatcher.run(db.session, [conversation_id])
