"""How each server speaks the protocol: one profile a server, and what has to be said to reach it.

Where the documentation of a server leaves something open, the profile promises less rather than more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from providers.accounts import API_KEY, WEBHOOK_SECRET, Field, ProviderInfo

RETIRED = "OpenAI shut its Videos API down: retired 2026-09-24. Point this provider at another server that speaks it."
BEARER, API_KEY_HEADER = "authorization", "api-key"
MULTIPART, JSON = "multipart", "json"
NOTHING: Mapping[str, str] = MappingProxyType({})
VLLM_EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        "fps": "fps",
        "frames": "num_frames",
        "seed": "seed",
        "negative": "negative_prompt",
        "audio": "generate_sound",
    }
)
SGLANG_EXTRAS: Mapping[str, str] = MappingProxyType(
    {name: field for name, field in VLLM_EXTRAS.items() if name != "audio"}
)
SANDBOX_EXTRAS: Mapping[str, str] = MappingProxyType(
    {name: field for name, field in VLLM_EXTRAS.items() if name != "frames"}
)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one server speaks the protocol.

    `extras` maps our optional inputs to its fields; `options` are fields of its own that a moderator may set for all
    calls. `longest_extended` is the total of seconds that a clip may be extended to, 0 where nothing is said.
    """

    auth_header: Literal["authorization", "api-key"] = "authorization"
    create_encoding: Literal["auto", "multipart", "json"] = "auto"
    extras: Mapping[str, str] = field(default_factory=lambda: SANDBOX_EXTRAS)
    options: tuple[str, ...] = ()
    can_delete: bool = True
    has_webhooks: bool = False
    has_thumbnail: bool = False
    has_one_model: bool = False
    """It runs whatever it was started with: without a name of the model, none is sent."""
    needs_model_name: bool = False
    """It passes on to one of many models, and the account has to say to which."""
    first_frame_has_size: bool = False
    """A first frame must be exactly as large as the clip."""
    whole_rates: bool = False
    """Frame rates are whole numbers."""
    forgets_jobs: bool = False
    """A restart loses its jobs: one it does not know any more was lost, and may be ordered again."""
    longest_extended: int = 0


MODEL = Field(
    "model", "Model", help="The name that the server gives to its model. Empty: whatever it was started with."
)
ROUTED_MODEL = Field("model", "Model", help="The name of the model in the proxy's list, such as openai/sora-2.")
STEPS = Field("num_inference_steps", "Inference steps", help="1 to 200. Empty: the server's own.")
GUIDANCE = Field("guidance_scale", "Guidance scale", help="How closely the prompt is kept to. Empty: the server's own.")
AUTH_HEADER = Field("auth_header", "Header of the key", choices=(BEARER, API_KEY_HEADER))
ENCODING = Field("create_encoding", "Encoding of a new job", choices=("auto", MULTIPART, JSON))
SELF_HOSTED = (API_KEY, MODEL, STEPS, GUIDANCE)

INFOS: tuple[ProviderInfo, ...] = (
    ProviderInfo("sandbox", "Sandbox", "", (API_KEY, WEBHOOK_SECRET)),
    ProviderInfo(
        "openai_videos", "OpenAI Videos", "https://api.openai.com/v1", (API_KEY, WEBHOOK_SECRET), retired=RETIRED
    ),
    ProviderInfo("vllm_omni", "vLLM-Omni", "", SELF_HOSTED, any_of=()),
    ProviderInfo("sglang", "SGLang Diffusion", "", SELF_HOSTED, any_of=()),
    ProviderInfo("litellm", "LiteLLM proxy", "", (API_KEY, ROUTED_MODEL)),
    ProviderInfo(
        "custom",
        "OpenAI-compatible server",
        "",
        (API_KEY, WEBHOOK_SECRET, MODEL, AUTH_HEADER, ENCODING),
        any_of=(),
    ),
)
PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "sandbox": Profile(has_webhooks=True, has_thumbnail=True, first_frame_has_size=True, longest_extended=120),
        "openai_videos": Profile(
            extras=NOTHING, has_webhooks=True, has_thumbnail=True, first_frame_has_size=True, longest_extended=120
        ),
        "vllm_omni": Profile(
            create_encoding="multipart",
            extras=VLLM_EXTRAS,
            options=("num_inference_steps", "guidance_scale"),
            has_one_model=True,
            whole_rates=True,
            forgets_jobs=True,
        ),
        "sglang": Profile(
            create_encoding="multipart",
            extras=SGLANG_EXTRAS,
            options=("num_inference_steps", "guidance_scale"),
            can_delete=False,
            has_one_model=True,
            whole_rates=True,
            forgets_jobs=True,
        ),
        "litellm": Profile(extras=NOTHING, can_delete=False, needs_model_name=True),
        "custom": Profile(extras=NOTHING, has_webhooks=True, has_one_model=True),
    }
)


def profile_of(slug: str, options: Mapping[str, str]) -> Profile:
    """The server's profile; one of any maker is told by `options` where it differs from OpenAI's."""
    profile = PROFILES[slug]
    if slug != "custom":
        return profile
    return Profile(
        auth_header="api-key" if options.get("auth_header") == API_KEY_HEADER else "authorization",
        create_encoding=_encoding(options.get("create_encoding", "")),
        extras=profile.extras,
        has_webhooks=profile.has_webhooks,
        has_one_model=profile.has_one_model,
    )


def _encoding(text: str) -> Literal["auto", "multipart", "json"]:
    match text:
        case "multipart":
            return "multipart"
        case "json":
            return "json"
        case _:
            return "auto"
