"""What takes no token is decided in one place; ``tests/security`` tries every route against everybody."""

from livechat.api.auth import PUBLIC_RULES

API = "/api/live-chat"


def test_what_is_public_and_ours_is_about_the_api_itself() -> None:
    # Customers' data is never public: opening another rule under the API is a decision to be made here too.
    assert {rule for rule in PUBLIC_RULES if rule.startswith(API)} == {
        f"{API}/openapi.json",
        f"{API}/docs",
        f"{API}/docs/<path:filename>",
        # Files, by addresses that are signed and end after some minutes: <img> and <audio> send no token.
        f"{API}/media/<token>",
    }
