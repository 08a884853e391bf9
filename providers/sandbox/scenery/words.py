"""From a prompt's words to what is put in front of the camera. Pure: the same words and number give the same script."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Vocabulary = Mapping[str, tuple[str, ...]]

LIGHTS: Vocabulary = {
    "neon": ("neon", "cyberpunk", "nightclub"),
    "night": ("night", "midnight", "moon", "moonlight", "moonlit", "stars", "starry", "dark", "candle", "lantern"),
    "sunset": ("sunset", "dusk", "evening", "twilight", "crimson"),
    "dawn": ("dawn", "sunrise", "morning", "daybreak", "pastel"),
    "golden": ("golden", "warm", "autumn", "amber", "honey", "late afternoon"),
    "fog": ("fog", "foggy", "mist", "misty", "haze", "hazy"),
    "overcast": ("overcast", "cloudy", "grey", "gray", "rain", "rainy", "storm", "stormy", "gloomy", "blizzard"),
    "day": ("noon", "day", "midday", "daylight", "sunny", "bright", "sun", "summer", "blue sky"),
}
PLACES: Vocabulary = {
    "sea": ("sea", "ocean", "beach", "coast", "harbour", "harbor", "wave", "waves", "lake", "river", "shore", "island"),
    "city": (
        "city",
        "street",
        "skyline",
        "building",
        "buildings",
        "town",
        "tokyo",
        "york",
        "downtown",
        "rooftop",
        "skyscraper",
    ),
    "forest": ("forest", "wood", "woods", "tree", "trees", "pine", "pines", "jungle", "park"),
    "desert": ("desert", "dune", "dunes", "sand", "sahara", "mars", "canyon"),
    "mountains": ("mountain", "mountains", "alps", "peak", "peaks", "hill", "hills", "valley", "cliff", "glacier"),
    "meadow": ("meadow", "field", "fields", "grass", "garden", "farm", "countryside", "prairie", "flowers", "country"),
}
SUBJECTS: Vocabulary = {
    "car": ("car", "taxi", "drive", "driving", "truck", "van", "automobile", "convertible", "bus"),
    "train": ("train", "railway", "locomotive", "tram", "subway", "rails"),
    "cat": ("cat", "kitten", "fox", "panther"),
    "dog": ("dog", "puppy", "wolf", "horse", "deer"),
    "lighthouse": ("lighthouse", "tower", "beacon"),
    "boat": ("boat", "ship", "sail", "sailing", "sailboat", "yacht", "ferry"),
    "balloon": ("balloon", "balloons", "airship"),
    "fire": ("fire", "campfire", "bonfire", "flame", "flames", "burning"),
    "birds": ("bird", "birds", "gull", "gulls", "seagull", "crane", "geese", "eagle"),
    "person": (
        *("person", "man", "woman", "girl", "boy", "walker", "walks", "walking", "someone", "child", "hiker", "dancer"),
        *("astronaut", "people", "she", "he", "runner", "traveller", "detective", "robot", "courier"),
    ),
    "house": ("house", "cabin", "cottage", "hut", "home", "farmhouse"),
}
WEATHERS: Vocabulary = {
    "rain": ("rain", "rainy", "storm", "stormy", "drizzle", "downpour"),
    "snow": ("snow", "snowy", "snowfall", "winter", "blizzard", "ice"),
    "sparks": ("fire", "campfire", "bonfire", "fireflies", "firefly", "sparks", "embers", "lantern", "lanterns"),
    "dust": ("dust", "dusty", "sand", "desert", "pollen", "golden"),
}
CAMERAS: Vocabulary = {
    "orbit": ("orbit", "orbits", "orbiting", "arc", "circles", "around"),
    "push_in": ("push in", "push-in", "pushes in", "dolly in", "zoom in", "zooms in", "closer", "push", "dolly"),
    "pull_out": ("pull out", "pulls out", "pull back", "pulls back", "zoom out", "zooms out", "reveal", "dolly out"),
    "tilt_up": ("tilt up", "tilts up", "crane up", "rises", "tilt", "tilts"),
    "tilt_down": ("tilt down", "tilts down", "crane down", "descends"),
    "pan_left": ("pan left", "pans left", "to the left", "leftward"),
    "pan_right": ("pan right", "pans right", "to the right", "pan", "pans", "panning"),
    "tracking": ("tracking", "follows", "following", "track", "alongside"),
    "handheld": ("handheld", "hand-held", "shaky", "documentary"),
    "static": ("static", "locked", "locked-off", "tripod", "still", "fixed"),
}
COLOURS: Vocabulary = {
    "D1342B": ("red", "scarlet", "ruby"),
    "2F6FD0": ("blue", "navy", "cobalt"),
    "F2B632": ("yellow",),
    "3E9A5B": ("green", "emerald"),
    "F2F0E8": ("white", "cream", "silver"),
    "2B2B33": ("black",),
    "E57B2C": ("orange", "ginger"),
    "E48BB0": ("pink",),
    "7C55B8": ("purple", "violet"),
    "8A5A3C": ("brown",),
    "2FA7A0": ("turquoise", "teal"),
}
FAST = ("fast", "quick", "quickly", "racing", "race", "speeding", "rushing", "energetic", "whip")
SLOW = ("slow", "slowly", "gentle", "gently", "calm", "quiet", "drifting", "lazily", "timelapse")
USUAL_PLACE = {
    "boat": "sea",
    "lighthouse": "sea",
    "train": "mountains",
    "fire": "forest",
    "balloon": "meadow",
    "birds": "sea",
}


@dataclass(frozen=True, slots=True)
class Script:
    """What to build and how to move. `pace` is 1 for ordinary motion; `subject` and `weather` may be empty."""

    light: str
    place: str
    subject: str
    weather: str
    camera: str
    pace: float
    paint: str = ""
    """The subject's colour as RRGGBB, where the words name one."""

    @property
    def travels(self) -> bool:
        """Whether the world passes by a subject that stays in the picture."""
        return self.subject in ("car", "train", "person", "cat", "dog") or self.camera == "tracking"


def read_script(text: str, number: int) -> Script:
    """Read `text`; `number` decides what the words leave open."""
    words = f" {' '.join(re.findall(r'[a-z][a-z-]*', text.lower()))} "
    subject = _named(words, SUBJECTS)
    light = _named(words, LIGHTS) or _open(LIGHTS, number, but=("neon", "overcast"))
    return Script(
        light=light,
        place=_named(words, PLACES) or USUAL_PLACE.get(subject, "") or _open(PLACES, number // 11),
        subject=subject,
        weather=_named(words, WEATHERS),
        camera=_named(words, CAMERAS) or ("push_in", "pan_right", "pan_left", "pull_out")[number // 7 % 4],
        pace=1.6 if _has(words, FAST) else 0.65 if _has(words, SLOW) else 1.0,
        paint=_named(words, COLOURS),
    )


def another(script: Script, number: int) -> Script:
    """A script that nobody could take for the same shot."""
    bright = script.light in ("day", "fog", "dawn", "golden", "overcast")
    place = _open(PLACES, number, but=(script.place,))
    return Script("night" if bright else "day", place, "", "", "pan_left", script.pace)


def _named(words: str, vocabulary: Vocabulary) -> str:
    """The entry whose word stands first in the text, longer words winning; empty when none does."""
    hits = [
        (words.find(f" {word} "), -len(word), key)
        for key, synonyms in vocabulary.items()
        for word in synonyms
        if f" {word} " in words
    ]
    return min(hits)[2] if hits else ""


def _has(words: str, synonyms: tuple[str, ...]) -> bool:
    return any(f" {word} " in words for word in synonyms)


def _open(vocabulary: Vocabulary, number: int, but: tuple[str, ...] = ()) -> str:
    keys = [key for key in vocabulary if key not in but]
    return keys[number % len(keys)]
