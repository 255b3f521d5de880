"""The peer's project, which is written to a folder: its settings, addresses and server."""

PACKAGE, VERSION = "django-meta-whatsapp", "1.1.0"
SETTINGS, ADDRESSES, SERVER = "peer_settings", "peer_addresses", "peer_server"

FILES = {
    SETTINGS: f"""
import os

SECRET_KEY = os.environ["PEER_SECRET"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "{ADDRESSES}"
USE_TZ = True
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_meta_whatsapp",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {{
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        }},
    }}
]
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["PEER_HOST"],
        "PORT": os.environ["PEER_PORT"],
        "USER": os.environ["PEER_USER"],
        "PASSWORD": os.environ["PEER_PASSWORD"],
        "NAME": os.environ["PEER_DATABASE"],
        "CONN_MAX_AGE": None,
    }}
}}
LOGGING = {{"version": 1, "disable_existing_loggers": True}}
""",
    ADDRESSES: """
from django.urls import include, path

urlpatterns = [path("whatsapp/", include("django_meta_whatsapp.urls", namespace="django_meta_whatsapp"))]
""",
    SERVER: """
import os

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django_meta_whatsapp import utils

# Meta's address is fixed in it.
utils.GRAPH_BASE = os.environ["PEER_GRAPH"]
""",
}
# Prints a key of its API, and a session's key of somebody who has signed in.
SEED = """
import os, django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django_meta_whatsapp.models import WhatsAppAccount, WhatsAppAPIKey

WhatsAppAccount.objects.create(name="Benchmark", access_token="EAAbenchmark", verify_token="verify",
                               phone_number_id=os.environ["PEER_NUMBER"], waba_id=os.environ["PEER_WABA"])
key = WhatsAppAPIKey.objects.create(name="benchmark")
user = get_user_model().objects.create_user("benchmark", is_staff=True)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(key.key, session.session_key)
"""
