"""Ways in which an invitation's link reaches a mailbox: our own mail server, and the sign-in service."""

from livechat.core.config import Settings
from livechat.team.inviting.mailing.gotrue import Gotrue
from livechat.team.inviting.mailing.letter import Letter
from livechat.team.inviting.mailing.smtp import MailServer
from livechat.team.inviting.mailing.trouble import MailError

__all__ = ["Gotrue", "Letter", "MailError", "MailServer", "can_mail", "deliver"]


def can_mail(settings: Settings) -> bool:
    """Whether there is a way at all; without one a link is passed on by hand."""
    return MailServer.of(settings) is not None or Gotrue.of(settings).can_invite


def deliver(settings: Settings, letter: Letter) -> None:
    """Mail it by the first way that works; raises MailError with what the first of them said.

    Our own mail server goes first. Where the project lets nobody sign up, the sign-in service does: it makes
    an account for a stranger, who could not use the link without one.
    """
    server, service = MailServer.of(settings), Gotrue.of(settings)
    ways = [] if server is None else [server.send]
    if service.can_invite:
        ways.insert(0 if ways and service.sign_up_is_open() is False else len(ways), service.send)
    if not ways:
        raise MailError("No way to send mail is set up.", is_passing=False)
    troubles = []
    for way in ways:
        try:
            way(letter)
        except MailError as error:
            troubles.append(error)
        else:
            return
    raise next((each for each in troubles if each.is_passing), troubles[0])
