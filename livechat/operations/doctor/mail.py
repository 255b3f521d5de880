"""Checks the ways in which invitations are mailed, and whether who is invited can make an account."""

from collections.abc import Callable, Iterator

from livechat.core.config import Settings
from livechat.operations.doctor.findings import Finding, note, ok, unknown, wrong
from livechat.team.inviting.mailing import Gotrue, MailError, MailServer, can_mail


def check(settings: Settings, *, is_asked: bool) -> Iterator[Finding]:
    """Findings on the mail server and the sign-in service; ``is_asked`` False calls neither."""
    server, service = MailServer.of(settings), Gotrue.of(settings)
    if not can_mail(settings):
        yield note(
            "invitations by mail",
            "no way to mail is set up, so that admins pass links on themselves",
            "Set LIVECHAT_SMTP_URL, or SUPABASE_SERVICE_ROLE_KEY.",
        )
    if server is not None:
        yield _tried("mail server", server.check, "See LIVECHAT_SMTP_URL.", is_asked)
    if service.can_invite:
        yield _tried("service key", service.check, "See SUPABASE_SERVICE_ROLE_KEY.", is_asked)
    if is_asked and service.url is not None:
        yield _sign_up(service)


def _tried(what: str, way: Callable[[], None], advice: str, is_asked: bool) -> Finding:
    if not is_asked:
        return unknown(what, "was not asked")
    try:
        way()
    except MailError as error:
        return wrong(what, error.sentence, advice)
    return ok(what, "works")


def _sign_up(service: Gotrue) -> Finding:
    said = service.settings()
    if said is None:
        return unknown("sign-up", "the sign-in service does not say", "See SUPABASE_URL, SUPABASE_ANON_KEY.")
    if said.get("disable_signup") is True and not service.can_invite:
        return note(
            "sign-up",
            "is closed, so that a link lets nobody in who has no account",
            "Set SUPABASE_SERVICE_ROLE_KEY: an invitation then makes the account.",
        )
    if said.get("mailer_autoconfirm") is True:
        return note(
            "sign-up",
            "the project confirms addresses without asking their owners",
            "Switch “Confirm email” on: whoever has an invitation's link could sign up with its address.",
        )
    return ok("sign-up", "is closed" if said.get("disable_signup") else "is open")
