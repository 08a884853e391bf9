"""Bytes of clips: opening hostile files, facts, proxies, storage, serving. A leaf: no rows, no settings."""
