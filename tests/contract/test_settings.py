"""What the environment lacks, or has in a form that no process could work with, is listed at once."""

import os
import re
from dataclasses import MISSING, fields

import pytest
from cryptography.fernet import Fernet

from livechat.core.config import NEWEST_GRAPH_VERSION, InvalidSettingsError, Settings

GOOD = {
    "DATABASE_URL": "postgresql://livechat@127.0.0.1/livechat",
    "REDIS_URL": "redis://127.0.0.1",
    "WHATSAPP_VERIFY_TOKEN": "verify",
    "WHATSAPP_APP_SECRET": "secret",
    "SUPABASE_JWT_SECRET": "a secret that is long enough for HS256",
    "LIVECHAT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
}
MALFORMED = {
    "DATABASE_URL": "mysql://127.0.0.1/livechat",
    "REDIS_URL": "127.0.0.1:6379",
    "CELERY_BROKER_URL": "carrier-pigeon://127.0.0.1",
    "WHATSAPP_APP_SECRET": " , ,",
    "WHATSAPP_API_URL": "graph.facebook.com",
    "WHATSAPP_API_VERSION": "26",
    "SUPABASE_JWT_SECRET": "short",
    "SUPABASE_URL": "project.supabase.co",
    "SUPABASE_SERVICE_ROLE_KEY": "a key\nwith a line end",
    "LIVECHAT_SMTP_URL": "mail.example.com",
    "LIVECHAT_ENCRYPTION_KEY": ",",
    "LIVECHAT_SANDBOX": "yes",
    "LIVECHAT_RATE_LIMIT_READS": "many",
    "LIVECHAT_GRAPH_READ_TIMEOUT_S": "nan",
    "LIVECHAT_DATABASE_POOL_SIZE": "-1",
}


def named(caught: pytest.ExceptionInfo[InvalidSettingsError]) -> set[str]:
    return {re.split(r"\W", fault)[0] for fault in caught.value.faults}


def test_everything_that_is_missing_is_listed_at_once() -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        Settings.from_env({})
    assert named(caught) == GOOD.keys()
    assert all("is missing" in fault for fault in caught.value.faults)


def test_everything_that_is_malformed_is_listed_at_once() -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        Settings.from_env(GOOD | MALFORMED)
    assert named(caught) == MALFORMED.keys()
    assert all("is malformed" in fault for fault in caught.value.faults)
    # A secret is no less one for being malformed.
    assert "short" not in str(caught.value)


@pytest.mark.parametrize("name", MALFORMED)
def test_each_fault_alone_stops_the_process(name: str) -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        Settings.from_env(GOOD | {name: MALFORMED[name]})
    assert named(caught) == {name}


def test_what_the_contract_names_as_defaults() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.celery_broker_url == settings.redis_url
    assert settings.whatsapp_api_url == "https://graph.facebook.com"
    assert settings.whatsapp_api_version == NEWEST_GRAPH_VERSION == "v26.0"
    assert settings.webhook_max_bytes == 4 * 1024 * 1024
    assert settings.sandbox is False


def test_what_is_not_set_has_the_default_of_the_class() -> None:
    settings = Settings.from_env(GOOD)
    optional = [each for each in fields(Settings) if each.default is not MISSING]
    # A folder is made absolute: processes may be started in different ones.
    defaults = {each.name: each.default for each in optional} | {
        "supabase_jwt_secret": GOOD["SUPABASE_JWT_SECRET"],
        "media_dir": os.path.abspath(".local/media"),
    }
    assert {each.name: getattr(settings, each.name) for each in optional} == defaults


def test_lists_of_secrets_and_keys_keep_their_order() -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    settings = Settings.from_env(
        GOOD | {"WHATSAPP_APP_SECRET": "new, old,", "LIVECHAT_ENCRYPTION_KEY": ",".join(keys)}
    )
    assert settings.whatsapp_app_secrets == ("new", "old")
    assert settings.encryption_keys == tuple(keys)
