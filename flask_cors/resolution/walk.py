"""The walk: the layers that apply to a request, the most specific first, and what they set.

endpoint -> blueprint -> app -> config -> defaults; each option is resolved by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..options.schema import DEFAULTS, OPTIONS, Setting
from .marks import Layer, Layers


def resolve(layers: Sequence[Layer], base: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the effective setting of every option: the most specific layer that sets it wins.

    The most specific of *layers* comes first; *base* holds the app's config over the defaults.
    """
    found: dict[str, Setting] = {}
    for layer in reversed(layers):
        found.update(layer.settings)
    found["supports_credentials"] = _credentials(layers, base)
    # Resources were needed to find the layers, and are no option of a request.
    found["resources"] = DEFAULTS["resources"]
    if not any(layer.mark for layer in layers):
        # The config key is the fallback of marks, and of nothing else.
        found["automatic_options"] = DEFAULTS["automatic_options"]
    # A value of the config that nothing here needs is not read.
    return {name: found.get(name) or base[name] for name in OPTIONS}


def _credentials(layers: Sequence[Layer], base: Mapping[str, Setting]) -> Setting:
    """Return the setting of credentials.

    ``True`` does not apply beyond a more specific layer that sets ``origins``.
    """
    listed = False
    for layer in layers:
        setting = layer.settings.get("supports_credentials")
        if setting and not (setting.value and listed):
            return setting
        listed = listed or "origins" in layer.settings
    return base["supports_credentials"]


def until_exempt(layers: Iterable[Layer]) -> Layers | None:
    """Return the layers up to a ``cors_exempt``; ``None`` where that is the most specific."""
    found: list[Layer] = []
    for layer in layers:
        if layer.exempt:
            return tuple(found) or None
        found.append(layer)
    return tuple(found)
