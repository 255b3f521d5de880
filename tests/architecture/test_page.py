"""The page is served as a browser needs it, and its types are those of the API."""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.registry import page
from local.programs import demo
from local.settings import LocalSettings

PROJECT = Path(__file__).resolve().parents[2]
FRONTEND = PROJECT / "frontend"
SCRIPT = "live_chat-a1B2c3D4.js"
INDEX = (
    f"<!doctype html><title>Live Chat</title>{page.PLACEHOLDER}<div id=root></div>"
    f'<script type="module" src="./assets/{SCRIPT}"></script>'
)


@pytest.fixture
def built(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "assets" / SCRIPT).write_text("plain")
    (tmp_path / "assets" / f"{SCRIPT}.br").write_text("brotli")
    (tmp_path / "assets" / f"{SCRIPT}.gz").write_text("gzip")
    (tmp_path / "secret.js").write_text("not for the world")
    monkeypatch.setitem(app.config, page.FOLDER_KEY, tmp_path)
    return tmp_path


def with_settings(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    settings: Settings = app.config[SETTINGS_KEY]
    monkeypatch.setitem(app.config, SETTINGS_KEY, dataclasses.replace(settings, **changes))


def block(html: str) -> dict[str, str | None]:
    found = re.search(r'<script id="livechat-configuration" type="application/json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/live-chat", "/live-chat/", "/live-chat/0197-some-id?number=1"])
def test_the_page_is_served_at_every_place_of_its_own(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<div id=root>" in answer.text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("prefix", ["", "/chat", "/tools/chat"])
@pytest.mark.parametrize(
    "path", ["/", "/live-chat", "/live-chat/", "/live-chat/0197-some-id?number=1", "/live-chat/a%2Fb"]
)
def test_the_page_finds_its_files_behind_any_path_that_a_proxy_takes_off(
    client: FlaskClient, prefix: str, path: str
) -> None:
    found = re.search(r'src="([^"]+)"', client.get(path).text)
    assert found
    # As the browser reads it, which knows of the prefix while we do not.
    assert (
        urljoin(f"https://example.com{prefix}{path}", found[1])
        == f"https://example.com{prefix}/assets/{SCRIPT}"
    )


@pytest.mark.usefixtures("built")
def test_the_policy_allows_our_scripts_and_the_sign_in_alone(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(app, monkeypatch, sandbox=False, supabase_url="https://abc.supabase.co")
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' https://abc.supabase.co;" in policy
    assert "unsafe" not in policy


@pytest.mark.usefixtures("built")
def test_with_the_sandbox_the_page_is_told_of_the_demo_user_and_of_nothing_else(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(app, monkeypatch, sandbox=True, sandbox_url="http://127.0.0.1:8001/", supabase_anon_key="k")
    answer = client.get("/")
    told = {"sandbox_url": "http://127.0.0.1:8001", "supabase_url": None, "supabase_anon_key": None}
    assert block(answer.text) == told
    assert "connect-src 'self' http://127.0.0.1:8001;" in answer.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("built")
def test_without_the_sandbox_nobody_signs_in_as_the_demo(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(app, monkeypatch, sandbox=False, sandbox_url="http://127.0.0.1:8001")
    answer = client.get("/?as=ben")
    assert block(answer.text)["sandbox_url"] is None
    assert "8001" not in answer.headers["Content-Security-Policy"]
    for place in ("/sandbox/demo/token", "/api/live-chat/sandbox/demo/token"):
        assert client.post(place, json={"as": "ben"}).status_code == 404
    local = LocalSettings.from_env({"LIVECHAT_SANDBOX": "0"}, PROJECT)
    plan = demo(local)
    assert "sandbox" not in {program.name for program in plan.programs}
    assert (plan.seed, plan.fill) == ((), ())


@pytest.mark.usefixtures("built")
def test_configuration_cannot_end_its_own_script(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "</script><script>alert(1)</script>"
    with_settings(app, monkeypatch, sandbox=False, supabase_anon_key=key)
    html = client.get("/").text
    assert block(html)["supabase_anon_key"] == key
    assert html.count("</script>") == INDEX.count("</script>")


@pytest.mark.usefixtures("built")
def test_no_secret_reaches_the_page(app: Flask, client: FlaskClient) -> None:
    settings: Settings = app.config[SETTINGS_KEY]
    answer = client.get("/")
    everything = answer.text + str(answer.headers)
    for secret in (settings.supabase_jwt_secret, settings.whatsapp_verify_token, *settings.encryption_keys):
        assert secret
        assert secret not in everything


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, br", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("identity", None, "plain"),
        ("br;q=0", None, "plain"),
    ],
)
def test_an_asset_comes_compressed_and_for_ever(
    client: FlaskClient, accepted: str, encoding: str | None, body: str
) -> None:
    answer = client.get(f"/assets/{SCRIPT}", headers={"Accept-Encoding": accepted})
    assert (answer.status_code, answer.text) == (200, body)
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_emoji_data_is_ours_and_kept_by_its_version(client: FlaskClient, built: Path) -> None:
    folder = built / "assets" / "emoji-17.0.0" / "en"
    folder.mkdir(parents=True)
    (folder / "data.json").write_text("[]")
    (folder / "data.json.br").write_text("brotli")
    answer = client.get("/assets/emoji-17.0.0/en/data.json", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "application/json", "brotli")
    assert client.get("/assets/emoji-17.0.0/en/../../../secret.json").status_code == 404


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "name",
    [
        "nothing-a1B2c3D4.js",
        "../secret.js",
        "%2e%2e/secret.js",
        "..%2fsecret.js",
        f"{SCRIPT}.gz",
        "/etc/passwd",
    ],
)
def test_nothing_but_built_files_is_served(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/assets/{name}")
    assert answer.status_code in (308, 404)
    assert "not for the world" not in answer.text


def test_a_page_that_is_not_built_says_what_to_do(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, page.FOLDER_KEY, tmp_path / "missing")
    answer = client.get("/")
    assert answer.status_code == 503
    assert "run make frontend" in answer.text
    assert "Retry-After" in answer.headers


def test_the_source_has_the_place_for_the_configuration() -> None:
    assert page.PLACEHOLDER in (FRONTEND / "index.html").read_text()


def test_the_lock_file_pins_every_package_by_hash() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    packages = [item for name, item in lock["packages"].items() if name]
    assert packages
    assert all(item.get("integrity", "").startswith("sha512-") for item in packages)
    given = json.loads((FRONTEND / "package.json").read_text())
    versions = [*given["dependencies"].values(), *given["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


@pytest.mark.skipif(
    not shutil.which("node") or not (FRONTEND / "node_modules").is_dir(),
    reason="the page's packages are not installed: run make frontend",
)
def test_the_pages_types_are_those_of_the_api(tmp_path: Path) -> None:
    document, types = tmp_path / "openapi.json", tmp_path / "api-types.ts"
    script = [sys.executable, str(FRONTEND / "scripts" / "openapi.py")]
    document.write_bytes(subprocess.run(script, check=True, capture_output=True, timeout=60).stdout)
    generator = str(FRONTEND / "node_modules" / "openapi-typescript" / "bin" / "cli.js")
    command = ["node", generator, str(document), "--output", str(types)]
    subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=FRONTEND)
    committed = (FRONTEND / "src" / "lib" / "api-types.ts").read_text()
    assert types.read_text() == committed, "run make api-types and commit what it writes"
