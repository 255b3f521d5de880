"""What an invitation's mail says."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, and into what. The link lets its reader in, so that ``repr`` leaves it out."""

    to: str = field(repr=False)
    link: str = field(repr=False)
    workspace: str
    inviter: str | None
    expires_at: datetime

    @property
    def subject(self) -> str:
        """One line: a name may hold line ends, and a header may not."""
        return " ".join(f"{self.inviter or 'A colleague'} invites you to {self.workspace}".split())

    @property
    def text(self) -> str:
        """The body. The link stands on a line of its own."""
        return (
            f"{self.subject} on Live Chat.\n\n"
            f"Open this link, sign in with this e-mail address and accept:\n\n{self.link}\n\n"
            f"The link is good once, until {self.expires_at:%d %B %Y, %H:%M} UTC.\n"
            "If you did not expect this mail, do nothing: nobody learns that you got it.\n"
        )
