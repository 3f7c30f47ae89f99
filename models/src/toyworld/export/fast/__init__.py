"""Fast forms of the networks: the same weights and the same numbers, in graphs with fewer and cheaper nodes."""
from __future__ import annotations

from torch import nn

from . import backbone, decoders, denoisers, encoders, parts, sound
from .parts import Form

# Every class that has a fast form, by the class that it is a form of.
FORMS = {form.__mro__[1 + form.__mro__.index(Form)]: form for module in (backbone, decoders, denoisers, encoders, parts, sound) for form in vars(module).values()
         if isinstance(form, type) and issubclass(form, Form) and form is not Form}


def hasten(net: nn.Module) -> nn.Module:
    """Gives `net` and all that is in it their fast forms, in place."""
    for module in net.modules():
        module.__class__ = FORMS.get(type(module), type(module))
    return net


def is_fast(net: nn.Module) -> bool:
    return any(isinstance(module, Form) for module in net.modules())
