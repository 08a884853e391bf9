"""Tags and filters of the templates: key hints, icons, chips, and figures in the words of the trade."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from math import log10
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from studio.media.timecode import to_timecode
from studio.rules.keys import BY_ID, MASKS, SCOPES, Binding
from studio.rules.lifecycle import Status

register = template.Library()

KEY_NAMES = {
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "Plus": "+",
    "Escape": "Esc",
    "Control": "Ctrl",
}
STATUS_ICONS = {
    Status.CHECKING: "circle-dashed",
    Status.IN_REVIEW: "half-left",
    Status.WITH_EDITOR: "half-right",
    Status.CHANGES_REQUESTED: "rotate-cw",
    Status.REJECTED: "x",
    Status.APPROVED: "check",
    Status.PUBLISHED: "disc",
    Status.WITHDRAWN: "ban",
}
SEVERITIES = {"info": "Info", "minor": "Minor", "major": "Major", "blocking": "Blocking"}
# Height of a finding's bar in a lane of 20 px: the worse, the taller.
BAR_HEIGHTS = {"info": 8, "minor": 8, "major": 14, "blocking": 14}
RULER_STEPS_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
MOST_RULER_TICKS = 12


@register.simple_tag(takes_context=True)
def key(context: Context, binding_id: str) -> SafeString:
    """The key cap of a binding, if it has a key; hidden from assistive technology, which reads `aria-keyshortcuts`."""
    combos = _bindings(context)[binding_id].combos
    if not combos:
        return SafeString()
    spelled = " ".join(KEY_NAMES.get(part, part) for part in combos[0].split("+"))
    return format_html('<kbd class="key" aria-hidden="true">{}</kbd>', spelled)


@register.simple_tag(takes_context=True)
def key_of_digit(context: Context, place: int) -> SafeString:
    """The cap of the digit that chooses the reason at this place, 1 to 10."""
    return key(context, f"reasons.choose_{place % 10}")


@register.simple_tag(takes_context=True)
def shortcuts(context: Context, binding_id: str) -> SafeString:
    """The attributes that tie a control to a binding: what assistive technology announces and what the key presses."""
    combo = _bindings(context)[binding_id].combo
    announced = format_html('aria-keyshortcuts="{}" ', combo) if combo else ""
    return format_html('{}data-key="{}"', announced, binding_id)


@register.simple_tag(takes_context=True)
def bindings_script(context: Context) -> SafeString:
    """The table of keys as data for `keys.js`."""
    rows = [
        {name: value for name, value in asdict(row).items() if value is not False}
        for row in _bindings(context).values()
    ]
    masks = {scope: sorted(asleep) for scope, asleep in MASKS.items()}
    return json_script({"bindings": rows, "masks": masks, "scopes": SCOPES}, "bindings")


def _bindings(context: Context) -> Mapping[str, Binding]:
    """The keys of the person who reads the page; the table as it is where nobody is known."""
    return context.get("bindings") or BY_ID


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """A symbol of `static/img/icons.svg`, always beside its word and so hidden from assistive technology."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f"icon {extra_class}".strip(),
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def status_chip(status: str) -> SafeString:
    known = Status(status)
    return format_html('<span class="chip status-{}">{}{}</span>', known.value, icon(STATUS_ICONS[known]), known.label)


@register.simple_tag
def severity_chip(severity: str) -> SafeString:
    return format_html('<span class="chip sev-{}">{}{}</span>', severity, severity_icon(severity), SEVERITIES[severity])


@register.simple_tag
def severity_icon(severity: str) -> SafeString:
    return icon(f"sev-{severity}", f"sev-{severity}")


@register.filter
def severity_word(severity: str) -> str:
    return SEVERITIES[severity]


@register.filter
def bar_height(severity: str) -> int:
    return BAR_HEIGHTS[severity]


@register.filter
def timecode(frame: int, fps: str | Fraction) -> str:
    """Frame number to `HH:MM:SS:FF` at the clip's rate ("30000/1001")."""
    return to_timecode(frame, Fraction(fps))


@register.filter
def frames(start_frame: int, end_frame: int | None) -> str:
    """A stored range (end exclusive) as people read it, last frame included: "41–62", or "41"."""
    last = start_frame if end_frame is None else end_frame - 1
    return f"{start_frame}–{last}" if last > start_frame else str(start_frame)


@register.filter
def share(part: float, whole: float) -> str:
    """Per cent of a length, for SVG attributes: a strict content policy allows no inline styles."""
    return f"{100 * part / whole:.3f}%" if whole else "0%"


@register.filter
def plain(value: float) -> str:
    """A number as people write it, and as a browser takes it: 0.14, 31, -60."""
    return repr(round(float(value), 6)).removesuffix(".0")


@register.filter
def width_to(start_frame: int, end_frame: int) -> int:
    return max(1, end_frame - start_frame)


@register.filter
def strength(finding: Any) -> str:
    """Opacity 0.5 to 1 by how far the score lies beyond its threshold; twice as far is full."""
    if not finding.score or not finding.threshold:
        return "1"
    ratio = abs(finding.score / finding.threshold)
    beyond = max(ratio, 1 / ratio) - 1
    return f"{0.5 + 0.5 * min(1.0, beyond):.2f}"


@register.filter
def sound(facts: Mapping[str, Any]) -> str:
    """What is heard of a clip: "aac, peak −3.1 dBFS". The level is missing where nobody measured it."""
    codec, peak = facts.get("audio_codec"), facts.get("sound_peak")
    if codec is None:
        return "none"
    return codec if peak is None else f"{codec}, {level(peak)}"


@register.filter
def level(peak: float) -> str:
    """The loudest sample, 1 being full scale, in dB below it."""
    return f"peak {20 * log10(peak):+.1f} dBFS".replace("-", "−") if peak else "silent"


@register.filter
def ruler(duration_seconds: float) -> list[tuple[str, str]]:
    """At most a dozen ticks of a timeline: (place in per cent, label)."""
    fitting = (step for step in RULER_STEPS_SECONDS if duration_seconds / step <= MOST_RULER_TICKS)
    step = next(fitting, RULER_STEPS_SECONDS[-1])
    ticks = range(0, int(duration_seconds) + 1, step)
    return [
        (share(tick, duration_seconds), f"{tick // 60}:{tick % 60:02d}" if step >= 60 else f"{tick}s") for tick in ticks
    ]


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago, in the largest unit that fits: "40 s", "3 min", "2 h", "4 d"."""
    return _span((timezone.now() - moment).total_seconds()) if moment else "–"


@register.filter
def until(moment: datetime | None) -> str:
    """Time left as `age` words it; an instant that has passed is late."""
    if moment is None:
        return "–"
    seconds = (moment - timezone.now()).total_seconds()
    return f"in {_span(seconds)}" if seconds > 0 else f"{_span(-seconds)} late"


@register.filter
def seconds_until(moment: datetime | None) -> int:
    return max(0, round((moment - timezone.now()).total_seconds())) if moment else 0


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


@register.filter
def words(slug: str) -> str:
    """A slug as words: "black_frames" to "Black frames"."""
    text = slug.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


@register.filter
def figure(value: float) -> str:
    """Three significant figures: 0.998, 12.4, 1920."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
