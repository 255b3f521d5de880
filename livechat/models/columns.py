"""Column kinds that several tables share."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BindParameter, ColumnElement, DateTime, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Words(TypeDecorator[list[str]]):
    """The words that find a row (``domain.words.tokens``), as a ``tsvector`` without places."""

    impl = TSVECTOR
    cache_ok = True

    def bind_expression(self, bindparam: BindParameter[list[str]]) -> ColumnElement[Any]:
        """As PostgreSQL makes it from an array: no parser of its own looks at the words."""
        return func.array_to_tsvector(bindparam)


class Timestamps:
    """``created_at`` by default and ``updated_at`` by a trigger, so that no writer can forget it."""

    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), nullable=False
    )
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), nullable=False
    )
