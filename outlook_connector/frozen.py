"""``frozen``: ``dataclass(frozen=True)`` for a process that starts often.

Python compiles six methods for each such class, and a connection's first call needs forty classes: a third of what
its own modules cost at import. Here nothing is compiled: the methods are the same for all classes, and ``__init__``
fills the object's dictionary, which is no slower than a compiled one that sets attribute by attribute.
``dataclasses.replace``, ``fields`` and ``asdict`` work as ever.
https://docs.python.org/3/library/dataclasses.html#frozen-instances
"""

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """A dataclass whose fields are set once, when it is made. What the class itself defines is kept."""
    own = vars(cls).keys() - {"__hash__" if vars(cls).get("__hash__") is None else ""}
    cls.__doc__ = cls.__doc__ or cls.__name__  # otherwise dataclass works out a signature, a millisecond each
    made = dataclass(init=False, repr=False, eq=False)(cls)
    for name, method in {**METHODS, "__init__": _init(made, hasattr(made, "__post_init__"))}.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _init(made: Any, ends: bool) -> Callable[..., None]:
    """The ``__init__`` of a dataclass; ``ends`` where it has a ``__post_init__``."""
    names, defaults, factories, count = [], dict[str, Any](), [], 0
    for one in fields(made):
        if one.init:
            names.append(one.name)
            if one.default is not MISSING:
                defaults[one.name] = one.default
        if one.default_factory is not MISSING:
            factories.append((one.name, one.default_factory))
        count += one.init or one.default_factory is not MISSING
    size, known = len(names), frozenset(names)

    def fill(self: Any, /, *given: Any, **named: Any) -> None:
        own: dict[str, Any] = self.__dict__
        if defaults:
            own.update(defaults)
        if given:
            own.update(zip(names, given))  # noqa: B905 - their number is compared below; the keyword is dear
        if named:
            own.update(named)
        for name, make in factories:
            if name not in own:
                own[name] = make()
        if len(own) != count or len(given) > size or (named and (given or not named.keys() <= known)):
            _check_given(type(self).__name__, names, given, named, own)
        if ends:
            self.__post_init__()

    return fill


def _check_given(
    kind: str, names: list[str], given: tuple[Any, ...], named: dict[str, Any], own: dict[str, Any]
) -> None:
    """Raises ``TypeError``, as a call does whose arguments are not those of the function."""
    if len(given) > len(names):
        raise TypeError(f"{kind}() takes {len(names)} values, and {len(given)} were given")
    if twice := named.keys() & set(names[: len(given)]):
        raise TypeError(f"{kind}() got more than one value for: {', '.join(sorted(twice))}")
    if unknown := named.keys() - set(names):
        raise TypeError(f"{kind}() has no field: {', '.join(sorted(unknown))}")
    if missing := [name for name in names if name not in own]:
        raise TypeError(f"{kind}() needs a value for: {', '.join(missing)}")


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
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


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
