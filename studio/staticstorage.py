"""How production names and packs static files."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Content hashes in every name, also in the `import` lines of our ES modules: cached for ever."""

    support_js_module_import_aggregation = True
