"""``frozen``: ``dataclass(frozen=True)`` for a process that starts often.

Python compiles six methods for each such class, and a connection's first call needs forty classes: a third of what
its own modules cost at import. Here only ``__init__`` is compiled; the others are the same for all classes.
``dataclasses.replace``, ``fields`` and ``asdict`` work as ever.
https://docs.python.org/3/library/dataclasses.html#frozen-instances
"""

from dataclasses import FrozenInstanceError, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """A dataclass whose fields are set once, when it is made. What the class itself defines is kept."""
    own = vars(cls).keys() - {"__hash__" if vars(cls).get("__hash__") is None else ""}
    made = dataclass(repr=False, eq=False)(cls)
    for name, method in METHODS.items():
        if name not in own:
            setattr(made, name, method)
    return made


def changed(one: _Class, **values: Any) -> _Class:
    """``dataclasses.replace`` in a third of the time, for what every call does: no method of the class runs. Raises
    ``TypeError`` for what is no field."""
    known: Any = type(one).__dict__["__dataclass_fields__"]
    if not values.keys() <= known.keys():
        raise TypeError(
            f"no fields of {type(one).__name__}: {', '.join(sorted(values.keys() - known.keys()))}"
        )
    made = object.__new__(type(one))
    kept = {name: value for name, value in vars(one).items() if name in known}
    made.__dict__.update(kept, **values)
    return made


def _set(self: Any, name: str, value: object) -> None:
    if name in self.__dict__ or name not in self.__dataclass_fields__:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    self.__dict__[name] = value


def _delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _compared(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, one.name) for one in fields(self) if one.compare)


def _equal(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


METHODS = {
    "__setattr__": _set,
    "__delattr__": _delete,
    "__repr__": _repr,
    "__eq__": _equal,
    "__hash__": _hash,
}
