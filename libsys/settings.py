"""Libsys's settings: one file for demo, test and production; what differs comes from the environment."""

import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from libsys.environment import read_environment

ROOT = Path(__file__).resolve().parent.parent
ENV = read_environment(os.environ, root=ROOT)

# --- Kind of installation ---
MODE = ENV.mode
DEBUG = False
SECRET_KEY = ENV.secret_key
FIELD_KEYS = ENV.field_keys
HOME = ENV.home
NODE = ENV.node

# --- Hosts ---
BASE_DOMAIN = ENV.base_domain
PUBLIC_PORT = ENV.port
PUBLIC_SCHEME = "https" if ENV.is_production else "http"
# Which hosts exist is a matter of the database: the tenant middleware answers 404 to any other.
ALLOWED_HOSTS = ["*"]

# --- Apps ---
SHARED_APPS = [
    "django_tenants",
    "common",
    "tenants",
    "catalogue",
    "accounts",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_linear_migrations",
    "rest_framework",
    "csp",
    "web.ui",
    "web.account",
    "web.desk",
    "web.schools",
    "web.portal",
    "web.kiosk",
    "web.console",
    "interop.rest",
    "libsys",
    "bench",
]
TENANT_APPS = [
    "django.contrib.sessions",
    "accounts",
    "holdings",
    "staffing",
    "patrons",
    "notices",
    "circulation",
    "schools",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]
if ENV.is_production:
    # The check of migration order is for whoever writes migrations.
    INSTALLED_APPS.remove("django_linear_migrations")
    SHARED_APPS.remove("django_linear_migrations")

# --- Tenancy ---
TENANT_MODEL = "tenants.Municipality"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_URLCONF = "libsys.urls_consortium"
ROOT_URLCONF = "libsys.urls_municipality"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
TEMPLATE_SCHEMA = "template_municipality"

# --- Middleware ---
MIDDLEWARE = [
    "libsys.health.HealthMiddleware",
    # Their headers stand on whatever is answered below, the page for an unknown host too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    # Files are the same on every host, and the page for an unknown host needs its style sheets too.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.MunicipalityMiddleware",
    "libsys.request_log.RequestLogMiddleware",
    "web.account.sessions.AreaSessionMiddleware",
    "web.account.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    # After the CSRF check, which reads the form.
    "libsys.unreadable_input.UnreadableInputMiddleware",
    "libsys.busy.BusyMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "web.account.staff_context.StaffContextMiddleware",
    "libsys.form_addresses.FormAddressMiddleware",
]
if ENV.is_production:
    # Only there is a proxy in front whose word can be taken.
    MIDDLEWARE.insert(1, "libsys.client_address.ClientAddressMiddleware")
WSGI_APPLICATION = "libsys.wsgi.application"

# --- Database ---
_DATABASE = dj_database_url.parse(ENV.database_url, engine="django_tenants.postgresql_backend")
DATABASES = {
    "default": _DATABASE
    | {
        "CONN_MAX_AGE": 0,
        # After a restart of PostgreSQL the pool's connections are dead; nobody should meet one.
        "CONN_HEALTH_CHECKS": True,
        # Several test runs can share one server, each with a database of its own.
        "TEST": {"NAME": f"test_{os.environ.get('LIBSYS_TEST_NAME') or _DATABASE['NAME']}"},
        "OPTIONS": {
            # At once, but only what `common.prepared_statements` executes: Django's own cursors prepare nothing.
            "prepare_threshold": 0,
            # A connection remembers the tables of every schema it has seen, so none lives for ever.
            "pool": {"min_size": 1, "max_size": ENV.database_pool, "max_lifetime": 1800, "timeout": 10},
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache ---
CACHES = {
    "default": {
        "BACKEND": "common.cache_server.CacheServer",
        "LOCATION": ENV.redis_url,
        "KEY_FUNCTION": "tenants.keys.cache_key",
    }
}

# --- Accounts and sessions ---
AUTH_USER_MODEL = "accounts.StaffAccount"
AUTHENTICATION_BACKENDS = ["staffing.backends.StaffBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account:log_in"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "libsys.error_pages.stale_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Security ---
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENV.is_production:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Language and time ---
LANGUAGE_CODE = "en"
LANGUAGES = [("da", _("Danish")), ("sv", _("Swedish")), ("fi", _("Finnish")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = ENV.is_production

# --- Templates and static files ---
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "web.ui.context.page",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.app_directories.Loader"]),
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "static-collected"
STORAGES = {
    "default": {"BACKEND": "tenants.files.MunicipalityStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENV.is_production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not ENV.is_production
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = HOME / "files"
SEARCH_INDEX = HOME / "search-index"
# On the disk that files are kept on, so that keeping an uploaded one is a move; /tmp may be small, or memory.
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"
# That folder is made by our upload handler when there's something to lay into it.
SILENCED_SYSTEM_CHECKS = ["files.E001"]
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "libsys.uploads.UploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MARC_UPLOAD_MAX_BYTES = 512 * 1024 * 1024
ROSTER_UPLOAD_MAX_BYTES = 256 * 1024 * 1024

# --- Mail ---
DEFAULT_FROM_EMAIL = ENV.email_from
if ENV.email_url:
    _mail = urlsplit(ENV.email_url)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS = parse_qs(_mail.query).get("tls", ["1"]) == ["1"]
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(HOME / "mail")
SMS_GATEWAY_URL, DIGITAL_POST_URL = ENV.sms_gateway_url, ENV.digital_post_url
NOTICE_GATEWAYS = {
    "EMAIL": "notices.gateways.mail.MailGateway",
    "SMS": f"notices.gateways.{'http.SmsHttp' if SMS_GATEWAY_URL else 'files.SmsFiles'}",
    "DIGITAL_POST": f"notices.gateways.{'http.DigitalPostHttp' if DIGITAL_POST_URL else 'files.DigitalPostFiles'}",
    **dict(ENV.notice_gateways),
}
# Everything else that staff may name as a source must be on the public network.
REMOTE_PRIVATE_HOSTS = ENV.private_sources
# Without it no source is a folder.
IMPORT_FOLDERS = ENV.import_folders
COVER_SOURCE = ENV.cover_source
SERVER_EMAIL = parseaddr(DEFAULT_FROM_EMAIL)[1]

# --- Background work ---
CELERY_BROKER_URL = ENV.redis_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_DEFAULT_QUEUE = "celery"
# Every web node has an index of its own, so each node's worker gets a copy of the wake-up call.
# Covers have a queue of their own, which takes turns with the others: a thousand of them hold up no letter.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("covers"), Queue(f"search.{NODE}", Exchange("search", type="fanout"))]
CELERY_TASK_ROUTES = {
    "catalogue.tasks.follow_change_feed": {"queue": f"search.{NODE}"},
    "catalogue.tasks.fetch_cover": {"queue": "covers"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Logs ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tenant": {"()": "tenants.logs.TenantFilter"}},
    "formatters": {"json": {"()": "libsys.log_lines.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["tenant"]}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    "loggers": {
        "django": {"level": "INFO"},
        # Its messages hold the query's parameters, and so people's names.
        "django.db.backends": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django_tenants": {"level": "WARNING"},
        "pyBarcode": {"level": "WARNING"},
    },
}
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
}
