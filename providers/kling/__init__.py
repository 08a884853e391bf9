"""Kling (Kuaishou). Two wire formats run side by side: `v1` with the model in the body, `v2` with it in the path."""
