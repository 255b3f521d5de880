"""Handles to database, Redis and broker. ``create_app`` binds them; importing opens nothing."""

from typing import TYPE_CHECKING, cast

from celery import Celery
from flask import Flask, current_app
from flask_jwt_extended import JWTManager
from flask_sqlalchemy import SQLAlchemy
from redis import Redis
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

# Constraints have predictable names, so that migrations can name them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class RedisHandle:
    """The application's Redis client; it connects when it is first used."""

    def init_app(self, app: Flask, client: Redis) -> None:
        app.extensions["livechat_redis"] = client

    @property
    def client(self) -> Redis:
        """The client of the current application; RuntimeError outside of one."""
        client: Redis = current_app.extensions["livechat_redis"]
        return client


def this_application() -> Flask:
    """The current application itself, to be handed to a thread: a new thread has no context to ask."""
    return cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]


db = SQLAlchemy(model_class=Base)
jwt = JWTManager()
redis = RedisHandle()
celery = Celery("livechat", set_as_current=False)

if TYPE_CHECKING:
    # ``db.Model`` is made at run time, which type checkers cannot follow.
    Model = Base
else:
    Model = db.Model
