"""Evaluate CloudFormation's intrinsic functions, as far as a template alone determines them.

A function that can't be resolved stays as its own object, such as ``{"Ref": "Bucket"}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..core.definition import values as values_in
from .expressions import Part
from .marks import Marks
from .source import TargetError
from .template_values import TemplateValues

MOST_JOINED = 50_000_000
"""How many characters the functions of a template may join."""

_PER_PART = 20
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NOTHING = object()


class _UnresolvedError(Exception):
    pass


def is_intrinsic(value: Any) -> bool:
    """Whether a value of a template is a call of an intrinsic function.

    Example:
        >>> from sm_prefix_ext.targets.intrinsics import is_intrinsic
        >>> is_intrinsic({"Fn::Sub": "${Stage}"}), is_intrinsic({"Stage": "prod"})
        (True, False)
    """
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    name = next(iter(value))
    return isinstance(name, str) and (name == "Ref" or name.startswith("Fn::"))


class Resolver:
    """Resolves the values of one template.

    Args:
        template: the document.
        values: the values of its parameters and pseudo parameters.
        marks: records the positions of copies.
        where: the template's name in error messages.

    Raises:
        TargetError: from each method, if functions join more than :data:`MOST_JOINED` characters: a
            few nested functions can produce billions.

    Example:
        >>> from sm_prefix_ext.targets.intrinsics import Resolver
        >>> from sm_prefix_ext.targets.template_values import TemplateValues
        >>> template = {"Parameters": {"Stage": {"Type": "String", "Default": "prod"}}}
        >>> resolver = Resolver(template, TemplateValues())
        >>> resolver.resolve({"Fn::Sub": "${Stage}-${AWS::Region}"})
        {'Fn::Sub': 'prod-${AWS::Region}'}
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        values: TemplateValues,
        marks: Marks | None = None,
        where: str = "the template",
    ) -> None:
        self.parameters = _object(template.get("Parameters"))
        self._mappings = _object(template.get("Mappings"))
        self._conditions = _object(template.get("Conditions"))
        self._values = values
        self._pseudo = values.pseudo_parameters()
        self._marks = marks
        self._where = where
        self._left = MOST_JOINED
        self._decided: dict[str, bool | None] = {}
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::ToJsonString": self._to_json_string,
            "Fn::Length": self._length,
        }

    def resolve(self, value: Any) -> Any:
        """A copy of a value in which every function is resolved that can be."""
        resolved = self._resolved(value)
        return None if resolved is _NOTHING else resolved

    def chosen(self, value: Any) -> Any:
        """A value itself, or the branch of ``Fn::If`` that its condition chooses."""
        while is_intrinsic(value) and "Fn::If" in value:
            try:
                value = self._branch(value["Fn::If"])
            except _UnresolvedError:
                break
        return value

    def open_condition(self, value: Any) -> str | None:
        """The condition of an ``Fn::If`` that nothing decides; ``None`` for any other value."""
        argument = value.get("Fn::If") if is_intrinsic(value) else None
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            return None
        try:
            self._condition(argument[0])
        except _UnresolvedError:
            return argument[0]
        return None

    @contextmanager
    def assuming(self, truths: Mapping[str, bool]) -> Iterator[None]:
        """Take conditions for true or false, whatever the template says of them."""
        decided, self._decided = self._decided, dict(truths)
        try:
            yield
        finally:
            self._decided = decided

    def parts(self, value: Any) -> list[Part]:
        """The texts that a value joins, with a function for each unknown text."""
        value = self.chosen(value)
        try:
            if is_intrinsic(value) and "Fn::Sub" in value:
                return self._sub(value["Fn::Sub"])
            if is_intrinsic(value) and "Fn::Join" in value:
                return self._join(value["Fn::Join"])
        except _UnresolvedError:
            return [value]
        resolved = self._resolved(value)
        if resolved is _NOTHING:
            return []
        return [resolved if is_intrinsic(resolved) else _text(resolved)]

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._function(value) if is_intrinsic(value) else self._copied(value)
        if isinstance(value, list):
            items = [self._resolved(item) for item in value]
            return [item for item in items if item is not _NOTHING]
        return value

    def _copied(self, value: Mapping[str, Any]) -> dict[str, Any]:
        pairs = [(key, self._resolved(inner)) for key, inner in value.items()]
        copy = {key: inner for key, inner in pairs if inner is not _NOTHING}
        if self._marks:
            self._marks.same(copy, value)
        return copy

    def _function(self, value: Mapping[str, Any]) -> Any:
        ((name, argument),) = value.items()
        if name in ("Fn::Sub", "Fn::Join"):
            return joined(self.parts(value))
        function = self._functions.get(name)
        if function is None:
            return dict(value)
        try:
            return function(argument)
        except _UnresolvedError:
            return dict(value)

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if not isinstance(name, str):
            raise _UnresolvedError
        if name in self._pseudo:
            return self._pseudo[name]
        if name not in self.parameters:
            raise _UnresolvedError
        declared = _object(self.parameters[name])
        of_type = str(declared.get("Type", "String"))
        # The default of these is a parameter's name in Systems Manager, not its value.
        default = None if of_type.startswith("AWS::SSM::Parameter::") else declared.get("Default")
        value = self._values.parameters.get(name, default)
        if value is None or isinstance(value, (dict, list)):
            raise _UnresolvedError
        text = _text(value)
        if of_type == "CommaDelimitedList" or of_type.startswith("List<"):
            self._spend(len(text))
            return [item.strip() for item in text.split(",")]
        return text

    def _sub(self, argument: Any) -> list[Part]:
        text, variables = argument, {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            text, variables = argument[0], dict(argument[1])
        if not isinstance(text, str):
            raise _UnresolvedError
        parts: list[Part] = []
        for number, piece in enumerate(_VARIABLE.split(text)):
            if number % 2 == 0:
                parts.append(piece)
            elif piece.startswith("!"):
                parts.append(f"${{{piece[1:]}}}")
            else:
                parts += self._variable(piece.strip(), variables)
        return self._paid(parts)

    def _variable(self, name: str, variables: Mapping[str, Any]) -> list[Part]:
        if name in variables:
            return self.parts(variables[name])
        if "." in name:
            return [{"Fn::GetAtt": name.split(".", 1)}]
        return self.parts({"Ref": name})

    def _join(self, argument: Any) -> list[Part]:
        delimiter, items = _arguments(argument, 2)
        items = self._resolved(items) if is_intrinsic(items) else items
        if not isinstance(delimiter, str) or not isinstance(items, list):
            raise _UnresolvedError
        parts: list[Part] = []
        for item in items:
            inner = self.parts(item)
            if inner:  # AWS::NoValue has none
                parts += [delimiter, *inner] if parts else inner
        return self._paid(parts)

    def _select(self, argument: Any) -> Any:
        index, items = (self._resolved(part) for part in _arguments(argument, 2))
        if not isinstance(items, list) or not str(index).isdecimal() or len(str(index)) > 9:
            raise _UnresolvedError
        if int(index) >= len(items) or any(is_intrinsic(item) for item in items[: int(index)]):
            raise _UnresolvedError
        return items[int(index)]

    def _split(self, argument: Any) -> Any:
        delimiter, text = (self._resolved(part) for part in _arguments(argument, 2))
        if not isinstance(delimiter, str) or not delimiter or not isinstance(text, str):
            raise _UnresolvedError
        self._spend(len(text))
        return text.split(delimiter)

    def _find_in_map(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            raise _UnresolvedError
        name, first, second = (self._resolved(part) for part in argument[:3])
        try:
            value = self._mappings[name][first][second]
        except (KeyError, TypeError, IndexError):
            if len(argument) == 4 and isinstance(argument[3], Mapping):
                return self._known(argument[3].get("DefaultValue"))
            raise _UnresolvedError from None
        if has_intrinsic(value):  # a mapping holds texts and lists of texts
            raise _UnresolvedError
        return value

    def _if(self, argument: Any) -> Any:
        try:
            return self._resolved(self._branch(argument))
        except _UnresolvedError:
            name, yes, no = _arguments(argument, 3)
        # The condition is undecided, so both branches may be read.
        branches = [self._resolved(branch) for branch in (yes, no)]
        kept = [{"Ref": "AWS::NoValue"} if item is _NOTHING else item for item in branches]
        return {"Fn::If": [name, *kept]}

    def _branch(self, argument: Any) -> Any:
        name, yes, no = _arguments(argument, 3)
        return yes if self._condition(name) else no

    def _condition(self, name: Any) -> bool:
        if not isinstance(name, str):
            raise _UnresolvedError
        if name not in self._decided:
            if name not in self._conditions:
                raise _UnresolvedError
            self._decided[name] = None  # until it is decided: a condition may refer to itself
            self._decided[name] = self._truth(self._conditions[name])
        decided = self._decided[name]
        if decided is None:
            raise _UnresolvedError
        return decided

    def _truth(self, condition: Any) -> bool:
        if not isinstance(condition, Mapping) or len(condition) != 1:
            raise _UnresolvedError
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self._condition(argument)
        if name == "Fn::Equals":
            left, right = (self._known(part) for part in _arguments(argument, 2))
            return bool(_comparable(left) == _comparable(right))
        if name == "Fn::Not":
            return not self._truth(_arguments(argument, 1)[0])
        if name in ("Fn::And", "Fn::Or") and isinstance(argument, list):
            return self._several(name == "Fn::Or", argument)
        raise _UnresolvedError

    def _several(self, decisive: bool, conditions: list[Any]) -> bool:
        """A true condition decides ``Or`` and a false one ``And``, whatever the others are."""
        unknown = False
        for condition in conditions:
            try:
                if self._truth(condition) is decisive:
                    return decisive
            except _UnresolvedError:
                unknown = True
        if unknown:
            raise _UnresolvedError
        return not decisive

    def _known(self, value: Any) -> Any:
        resolved = self._resolved(value)
        if resolved is _NOTHING or has_intrinsic(resolved):
            raise _UnresolvedError
        return resolved

    def _to_json_string(self, argument: Any) -> Any:
        text = json.dumps(self._known(argument))
        self._spend(len(text))
        return text

    def _length(self, argument: Any) -> Any:
        items = self._resolved(argument)
        if not isinstance(items, list):
            raise _UnresolvedError
        return len(items)

    def _paid(self, parts: list[Part]) -> list[Part]:
        self._spend(sum(_PER_PART + len(part) for part in parts))
        return parts

    def _spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise TargetError(
                f"{self._where} has functions that join more than {MOST_JOINED:,} characters; "
                "that is too much to be read."
            )


def joined(parts: list[Part]) -> Any:
    """The text of parts, or a function that joins them if one is unknown.

    Example:
        >>> from sm_prefix_ext.targets.intrinsics import joined
        >>> joined(["team-", "a"]), joined(["team-", {"Ref": "Stage"}])
        ('team-a', {'Fn::Sub': 'team-${Stage}'})
    """
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if len(merged) < 2:
        return merged[0] if merged else ""
    texts = [_in_sub(part) for part in merged]
    if None in texts:
        return {"Fn::Join": ["", merged]}
    return {"Fn::Sub": "".join(text for text in texts if text is not None)}


def _in_sub(part: Part) -> str | None:
    """A part in the syntax of ``Fn::Sub``; ``None`` if it has no such form."""
    if isinstance(part, str):
        return part.replace("${", "${!")
    ((name, argument),) = part.items()
    if name == "Ref" and isinstance(argument, str):
        return f"${{{argument}}}"
    if name == "Fn::GetAtt" and isinstance(argument, list):
        return f"${{{'.'.join(map(str, argument))}}}"
    return None


def has_intrinsic(value: Any) -> bool:
    """Whether a value contains an intrinsic function."""
    return any(map(is_intrinsic, values_in(value)))


def _arguments(value: Any, count: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != count:
        raise _UnresolvedError
    return value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    """A value as CloudFormation writes it into a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def _comparable(value: Any) -> Any:
    return value if isinstance(value, (dict, list)) else _text(value)
