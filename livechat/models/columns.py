"""Column kinds that several tables share."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import DateTime, func
from sqlalchemy.orm import Mapped, mapped_column

moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Timestamps:
    """``created_at`` by default and ``updated_at`` by a trigger, so that no writer can forget it."""

    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), nullable=False
    )
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), nullable=False
    )
