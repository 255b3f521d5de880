"""Handles to the outside, created bare here and bound in ``create_app``; importing opens nothing."""

from typing import TYPE_CHECKING

from celery import Celery
from flask_jwt_extended import JWTManager
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from redis import Redis

# Named constraints, so that migrations can speak of them.
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
    """The process's Redis client, bound by ``create_app``; the client connects when it is first used."""

    def __init__(self) -> None:
        self._client: Redis | None = None

    def bind(self, client: "Redis") -> None:
        self._client = client

    @property
    def client(self) -> "Redis":
        if self._client is None:
            raise RuntimeError("create_app has not run in this process")
        return self._client


db = SQLAlchemy(model_class=Base)
jwt = JWTManager()
redis = RedisHandle()
celery = Celery("livechat", set_as_current=False)

if TYPE_CHECKING:
    # ``db.Model`` is made at run time, which type checkers cannot follow.
    Model = Base
else:
    Model = db.Model
