"""Generators that need no key and no network: the vendors' own protocols in front, a small film studio behind."""
