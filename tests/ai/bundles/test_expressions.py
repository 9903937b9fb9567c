"""Expressions of a bundle: what MONAI's zoo uses is computed, everything else refused."""

from __future__ import annotations

import pytest

from ai.bundles.allowed import METHODS, is_function, is_type
from ai.bundles.expressions import MAX_LENGTH, Names, Surroundings, parse
from ai.errors import PackageError

NAMES = Names(is_type, is_function, METHODS)
PARTS = {"a": 3, "b#c": [1, 2], "high": True, "names": {"x": 1, "y": 0}}


def never(*_: object) -> object:
    raise AssertionError("was called")


def value(text: str) -> object:
    return parse(text, NAMES).compute(Surroundings(PARTS.__getitem__, never, never))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@a + 1", 4),
        ("not @high", False),
        ("[1.5, 1.5] if @high else [3.0, 3.0]", [1.5, 1.5]),
        ("len(@names) + @a", 5),
        ("@b#c + [3]", [1, 2, 3]),
        ("((@a - 1) // 2,) * 4", (1, 1, 1, 1)),
        ("1.0 - float(@a) / 4", 0.25),
        ("'models/' + 'model.pt'", "models/model.pt"),
        ("@names['x']", 1),
        ("@a > 2 and @a <= 3", True),
        ("@high or 1 / 0", True),
    ],
)
def test_what_bundles_compute_is_computed(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "os.system('id')",
        "import os",
        "open('/etc/passwd')",
        "eval('1')",
        "exec('1')",
        "getattr(@a, 'b')",
        "@a.__class__",
        "@a.__class__.__mro__[1].__subclasses__()",
        "@a.load_state_dict(1)",
        "().__class__",
        "[x for x in (1, 2)]",
        "lambda: 1",
        "f'{@a}'",
        "2 ** 99999",
        "1 << 99999",
        "(x := 1)",
        "{**@names}",
        "list(*@b#c)",
        "min(**@names)",
        "torch.load('x')",
        "torch.hub.load('x', 'y')",
        "monai.bundle.run('x')",
        "monai.networks.nets.os.system('id')",
        "__builtins__",
        "b'bytes'",
        "(",
        "(" * 500 + ")" * 500,
        "1" * (MAX_LENGTH + 1),
    ],
)
def test_everything_else_is_refused_before_it_is_computed(text: str) -> None:
    with pytest.raises(PackageError):
        parse(text, NAMES)


@pytest.mark.parametrize(
    "text",
    ["'a' * 999999999", "[0] * 999999", "999999999 * 999999999", "1 / 0", "@b#c[9]", "'%d' % 1"],
)
def test_what_cannot_or_should_not_be_computed_is_an_error_of_the_package(text: str) -> None:
    with pytest.raises(PackageError, match="fails"):
        value(text)
