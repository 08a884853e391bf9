"""Settings of a test run: own state folder, quick password hashes, a database file so that threads can race."""

import atexit
import os
import shutil
import tempfile

os.environ["DAILIES_TEST"] = "1"
os.environ.setdefault("BROKER_URL", "memory://")
os.environ.setdefault("LOG_LEVEL", "WARNING")
if "DAILIES_STATE" not in os.environ:
    os.environ["DAILIES_STATE"] = tempfile.mkdtemp(prefix="dailies-tests-")
    atexit.register(shutil.rmtree, os.environ["DAILIES_STATE"], ignore_errors=True)

from studio.settings import *  # noqa: F403
from studio.settings import DATABASES, STATE, STATIC_ROOT

SECRET_KEY = "a-key-for-tests-only-that-signs-nothing-real"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(STATE / "tests.sqlite3")}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # the static middleware warns of a folder that is missing
