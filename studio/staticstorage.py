"""How production names and packs static files."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Content hashes in every name, also inside the `import` lines of our ES modules, so that they can be cached for ever."""

    support_js_module_import_aggregation = True
