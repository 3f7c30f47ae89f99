"""Fast forms of the networks: the same weights and the same numbers, in graphs with fewer and cheaper nodes."""
from __future__ import annotations

from torch import nn

from . import backbone, decoders, denoisers, encoders, parts, sound
from .parts import Form

_KINDS = [kind for module in (backbone, decoders, denoisers, encoders, parts, sound) for kind in vars(module).values() if isinstance(kind, type)]
# The form of every class that has one.
FORMS = {kind.__mro__[1 + kind.__mro__.index(Form)]: kind for kind in _KINDS if issubclass(kind, Form) and kind is not Form}


def hasten(net: nn.Module) -> nn.Module:
    """Gives `net` and all that is in it their fast forms, in place."""
    for module in net.modules():
        module.__class__ = FORMS.get(type(module), type(module))
    return net


def is_fast(net: nn.Module) -> bool:
    return any(isinstance(module, Form) for module in net.modules())
