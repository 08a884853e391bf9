"""How production names and packs static files."""

from collections.abc import Callable
from re import Match
from typing import Any

from django.core.files.base import ContentFile, File
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Content hashes in every name, also in the `import` lines of our ES modules, which go without their comments."""

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: "File[bytes]") -> str:
        """Our own modules lose what only people read; nothing else is rewritten."""
        if name.startswith("js/"):
            content = ContentFile(jsmin(content.read().decode()).encode())
        return str(super()._save(name, content))

    def url_converter(self, name: str, *rest: Any, **named: Any) -> Callable[[Match[str]], str]:
        """Imports are rewritten in our own modules only: a library comes whole, and may quote one in a comment."""
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: match[0]
        converter: Callable[[Match[str]], str] = super().url_converter(name, *rest, **named)
        return converter
