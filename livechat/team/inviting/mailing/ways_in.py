"""What whoever invites should know before they send a link."""

from livechat.core.config import Settings
from livechat.team.inviting.mailing import Gotrue, can_mail


def ways_in(settings: Settings) -> dict[str, bool | None]:
    """Whether links are mailed, whether that makes accounts, and whether people may make their own.

    The sign-in service may be asked, for two seconds at most.
    """
    service = Gotrue.of(settings)
    return {
        "can_mail": can_mail(settings),
        "can_make_accounts": service.can_invite,
        "sign_up_is_open": service.sign_up_is_open(),
    }
