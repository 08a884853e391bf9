"""What `manage.py check`, and so every migration and start, finds wrong with the product itself."""

from django.core.checks import CheckMessage, Error, register

from studio.rules.keymaps import bindings_for, conflicts
from studio.rules.keys import Profile


@register()
def keys_agree(**_: object) -> list[CheckMessage]:
    """No profile gives one key to two actions that are awake together."""
    return [
        Error(f"Profile {profile.label}: {conflict}", hint="See studio/rules/keys.py.", id="studio.E001")
        for profile in Profile
        for conflict in conflicts(bindings_for({"profile": profile}))
    ]
