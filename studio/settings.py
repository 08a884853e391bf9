"""Every setting of Dailies, read from the environment once, typed; an odd value fails at start.

Three ways to run: a test run (`DAILIES_TEST=1`), the demo (`DAILIES_DEMO=1`), and everything else, which is production
(`studio/production.py` refuses to serve it with unsafe values).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from studio.paths import CODE, broker_socket, state_folder

env = environ.Env()

STATE: Path = state_folder()
TEST: bool = env.bool("DAILIES_TEST", default=False)
DEMO: bool = env.bool("DAILIES_DEMO", default=False)
PRODUCTION: bool = not (TEST or DEMO)
DEBUG: bool = env.bool("DEBUG", default=False)

DEFAULT_SECRET_KEY = "unsafe-default-key"  # noqa: S105 — enough for commands that sign nothing; serving with it is refused


def _secret(name: str, file: str, default: str = "") -> str:
    """What the environment says, else what the first start wrote into the state folder."""
    if key := str(env.str(name, default="")):
        return key
    path = STATE / "secrets" / file
    return path.read_text().strip() if path.is_file() else default


SECRET_KEY: str = _secret("SECRET_KEY", "secret_key", DEFAULT_SECRET_KEY)
KEYRING: list[str] = [key for key in _secret("DAILIES_KEYRING", "keyring").split(",") if key]
"""Seals provider keys in the database. The first seals, all open: put a new one in front, then run `rotate_keys`."""
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL: str = env.str("PUBLIC_URL", default="http://localhost:8000")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials",
    "csp",
    "studio",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.http.DomainErrorMiddleware",
]

ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CODE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reviews.views.navigation.chrome",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{STATE / 'dailies.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "studio.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [CODE / "static"]
STATIC_ROOT = STATE / "static"
WHITENOISE_USE_FINDERS = not PRODUCTION
_static_storage = (
    "studio.staticstorage.HashedStatic" if PRODUCTION else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}

MEDIA_STORE_FOLDER = Path(env.str("MEDIA_STORE", default=str(STATE / "media")))
MAX_CLIP_BYTES: int = env.int("DAILIES_MAX_CLIP_BYTES", default=2 * 1024**3)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

BROKER_URL: str = env.str("BROKER_URL", default=f"redis+socket://{broker_socket()}")

SANDBOX_URL: str = env.str("DAILIES_SANDBOX_URL", default="").rstrip("/")
_no_keys = {"api_key": "sandbox-key"} if DEMO and SANDBOX_URL else {}
_sandbox_webhooks = "whsec_c2FuZGJveC1vZi1nb29nbGUtd2ViaG9va3M="  # providers/sandbox/google_webhooks.py signs with it


def _address(name: str, sandbox_path: str, own: str = "") -> str:
    """Where a provider answers: as the environment says, in the demo the sandbox, else the provider's own address."""
    return str(env.str(name, default=f"{SANDBOX_URL}{sandbox_path}" if DEMO and SANDBOX_URL and sandbox_path else own))


PROVIDER_SETTINGS: dict[str, dict[str, Any]] = {
    "sandbox": {
        "base_url": f"{SANDBOX_URL}/openai/v1" if SANDBOX_URL else "",
        "secrets": {"api_key": "sandbox-key"},
    },
    "openai_videos": {
        "base_url": env.str("OPENAI_BASE_URL", default="https://api.openai.com/v1"),
        "secrets": {
            "api_key": env.str("OPENAI_API_KEY", default=""),
            "webhook_secret": env.str("OPENAI_WEBHOOK_SECRET", default=""),
        },
    },
    "vllm_omni": {
        "base_url": env.str("VLLM_OMNI_BASE_URL", default=""),
        "secrets": {"api_key": env.str("VLLM_OMNI_API_KEY", default="")},
        "options": {"model": env.str("VLLM_OMNI_MODEL", default="")},
    },
    "sglang": {
        "base_url": env.str("SGLANG_BASE_URL", default=""),
        "secrets": {"api_key": env.str("SGLANG_API_KEY", default="")},
        "options": {"model": env.str("SGLANG_MODEL", default="")},
    },
    "litellm": {
        "base_url": env.str("LITELLM_BASE_URL", default=""),
        "secrets": {"api_key": env.str("LITELLM_API_KEY", default="")},
        "options": {"model": env.str("LITELLM_MODEL", default="")},
    },
    "runway": {
        "base_url": _address("RUNWAYML_BASE_URL", "/runway", "https://api.dev.runwayml.com"),
        "secrets": _no_keys | ({"api_key": key} if (key := env.str("RUNWAYML_API_SECRET", default="")) else {}),
    },
    "kling": {
        "base_url": _address("KLING_BASE_URL", "/kling", "https://api-singapore.klingai.com"),
        "secrets": _no_keys
        | {
            slug: value
            for slug, name in (
                ("api_key", "KLING_API_KEY"),
                ("access_key", "KLING_ACCESS_KEY"),
                ("secret_key", "KLING_SECRET_KEY"),
            )
            if (value := env.str(name, default=""))
        },
    },
    "google": {
        "base_url": _address("GOOGLE_GEMINI_BASE_URL", "/google", "https://generativelanguage.googleapis.com"),
        "secrets": _no_keys
        | ({"api_key": key} if (key := env.str("GEMINI_API_KEY", default="")) else {})
        | {"webhook_secret": env.str("GEMINI_WEBHOOK_SECRET", default=_sandbox_webhooks if _no_keys else "")},
        "options": {},
    },
    "vertex": {
        "base_url": _address("GOOGLE_VERTEX_BASE_URL", "/google", "https://aiplatform.googleapis.com"),
        "secrets": _no_keys
        | ({"service_account": key} if (key := env.str("GOOGLE_SERVICE_ACCOUNT", default="")) else {}),
        "options": {
            "project": env.str("GOOGLE_CLOUD_PROJECT", default="sandbox" if DEMO and SANDBOX_URL else ""),
            "location": env.str("GOOGLE_CLOUD_LOCATION", default="us-central1"),
        },
    },
}
EGRESS_HOSTS: list[str] = env.list("DAILIES_EGRESS_HOSTS", default=[])  # exact host:port of self-hosted generators

EXAMINER: str = env.str("DAILIES_EXAMINER", default="")  # a protocol of providers/examiners, or nobody
EXAMINER_URL: str = env.str("DAILIES_EXAMINER_URL", default="https://api.openai.com/v1")
EXAMINER_KEY: str = env.str("DAILIES_EXAMINER_KEY", default="")
EXAMINER_MODEL: str = env.str("DAILIES_EXAMINER_MODEL", default="omni-moderation-latest")
if EXAMINER not in ("", "moderations", "vision"):
    raise ImproperlyConfigured("DAILIES_EXAMINER is moderations, vision, or empty: nobody is asked.")

_anchors = env.str("DAILIES_TRUST_ANCHORS", default="")  # PEM: who may sign content credentials
TRUST_ANCHORS: Path | None = Path(_anchors) if _anchors else None
if TRUST_ANCHORS and not TRUST_ANCHORS.is_file():
    raise ImproperlyConfigured("DAILIES_TRUST_ANCHORS must name a file of PEM certificates, or be empty.")

UNDO_SECONDS: float = env.float("DAILIES_UNDO_SECONDS", default=10.0)
CLAIM_SECONDS: int = env.int("DAILIES_CLAIM_SECONDS", default=600)
ALLOW_SELF_REVIEW: bool = env.bool("DAILIES_ALLOW_SELF_REVIEW", default=False)
POLL_SECONDS: float = env.float("DAILIES_POLL_SECONDS", default=1.0 if not PRODUCTION else 10.0)
if UNDO_SECONDS < 0 or CLAIM_SECONDS < 1:
    raise ImproperlyConfigured("DAILIES_UNDO_SECONDS must be 0 or more and DAILIES_CLAIM_SECONDS 1 or more.")

SEVERE_PER_HOUR: int = env.int("DAILIES_SEVERE_PER_HOUR", default=20)
SEVERE_PER_DAY: int = env.int("DAILIES_SEVERE_PER_DAY", default=120)
SEVERE_REST_MINUTES: int = env.int("DAILIES_SEVERE_REST_MINUTES", default=10)
if SEVERE_PER_HOUR < 1 or SEVERE_PER_DAY < 1 or not 0 <= SEVERE_REST_MINUTES < 60:
    raise ImproperlyConfigured(
        "DAILIES_SEVERE_PER_HOUR and DAILIES_SEVERE_PER_DAY must be 1 or more, DAILIES_SEVERE_REST_MINUTES 0 to 59."
    )

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "studio.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "httpx": {"level": "WARNING"},
        "uvicorn": {"handlers": [], "propagate": True},  # its own handler writes plain lines
        "uvicorn.access": {"level": "WARNING"},
        # Beat's two ticks a second would be most of every log; what fails is logged above this level.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
