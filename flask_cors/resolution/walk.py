"""The walk: the layers that apply to a request, nearest first, and their effective options.

endpoint -> blueprint -> app -> config -> defaults; each option is resolved by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..options.schema import DEFAULTS, OPTIONS, Setting
from .marks import Layer, Layers


def resolve(layers: Sequence[Layer], base: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the effective setting of every option: the nearest layer that sets it wins.

    *layers* are nearest first; *base* holds the app's config over the defaults.
    """
    nearest: dict[str, Setting] = {}
    for layer in reversed(layers):
        nearest.update(layer.settings)
    nearest["supports_credentials"] = _credentials(layers, base)
    # Resources were needed to find the layers, and are no option of a request.
    nearest["resources"] = DEFAULTS["resources"]
    if not any(layer.mark for layer in layers):
        # The config key is the fallback of marks, and of nothing else.
        nearest["automatic_options"] = DEFAULTS["automatic_options"]
    # A value of the config that nothing here needs is not read.
    return {name: nearest.get(name) or base[name] for name in OPTIONS}


def _credentials(layers: Sequence[Layer], base: Mapping[str, Setting]) -> Setting:
    """Return the setting of credentials: True does not apply beyond a nearer list of origins."""
    listed = False
    for layer in layers:
        setting = layer.settings.get("supports_credentials")
        if setting and not (setting.value and listed):
            return setting
        listed = listed or "origins" in layer.settings
    return base["supports_credentials"]


def until_exempt(layers: Iterable[Layer]) -> Layers | None:
    """Return the layers up to a ``cors_exempt``; ``None`` where that is the nearest."""
    found: list[Layer] = []
    for layer in layers:
        if layer.exempt:
            return tuple(found) or None
        found.append(layer)
    return tuple(found)
