"""Settings of a test run: nothing of this machine's state, quick password hashes."""

import os
import tempfile
from pathlib import Path

os.environ["DAILIES_TEST"] = "1"
os.environ.setdefault("DAILIES_STATE", str(Path(tempfile.gettempdir()) / f"dailies-tests-{os.getuid()}"))
os.environ.setdefault("BROKER_URL", "memory://")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from studio.settings import *  # noqa: E402, F403

SECRET_KEY = "a-key-for-tests-only-that-signs-nothing-real"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
