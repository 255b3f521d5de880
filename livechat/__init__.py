"""Live Chat for WhatsApp Business. Importing opens nothing and reads no environment; ``create_app`` does."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from redis import BlockingConnectionPool, Redis

from livechat import models
from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.database import engine_options, ping_when_idle, redact_errors, return_session
from livechat.core.extensions import celery, db, redis
from livechat.core.graph import graph, new_graph_client
from livechat.files.media_urls import MediaUrls, media_urls

__all__ = ["create_app", "init_command_line", "models", "use_broker"]


class Application(Flask):
    """Flask that does not ask of every hook and view, in every request, whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: no hook or view of ours is asynchronous."""
        return func


def create_app(settings: Settings, *, api: bool = True) -> Flask:
    """A Flask application bound to these settings; ``api=False`` leaves out what only the web needs."""
    app = Application(__name__, static_folder=None)
    app.config[SETTINGS_KEY] = settings
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    # Runs before Flask-SQLAlchemy's own teardown, in which a lost connection becomes the request's error.
    app.teardown_appcontext(lambda _: return_session(db.session))
    with app.app_context():
        redact_errors(db.engine)
        ping_when_idle(db.engine)
    redis.init_app(app, _redis_client(settings))
    graph.init_app(app, new_graph_client(settings))
    media_urls.init_app(app, MediaUrls(settings.encryption_keys))
    use_broker(settings)
    if api:
        # Workers, beat and Flower start in half the time without it.
        from livechat.registry import init_api  # noqa: PLC0415

        init_api(app, settings)
    return app


def init_command_line(app: Flask) -> None:
    """Add ``flask db …`` and ``flask livechat …``. Alembic takes a second to import: servers do without."""
    from flask_migrate import Migrate  # noqa: PLC0415

    from livechat.operations.commands import init_cli  # noqa: PLC0415

    Migrate(app, db, directory="migrations", compare_type=True)
    init_cli(app)


def use_broker(settings: Settings) -> None:
    """Point the process's one Celery instance at the broker of these settings."""
    if celery.conf.broker_url != settings.celery_broker_url:
        celery.conf.broker_url = settings.celery_broker_url
        celery.close()
        # Celery keeps a pool of producers here, each with a connection to the former broker.
        vars(celery).pop("amqp", None)


def _redis_client(settings: Settings) -> Redis:
    # Short time-outs: a webhook must find out quickly that Redis is gone and turn to PostgreSQL.
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=64,
        timeout=2,
        socket_connect_timeout=2,
        socket_timeout=5,
        health_check_interval=30,
    )
    return Redis(connection_pool=pool)
