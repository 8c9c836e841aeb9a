"""The rendering of a text: in one language, with its arguments, nothing else replaced."""

from __future__ import annotations

import pytest

from texts.catalogue import Lang, Text, look_up

TEXTS = {"late": Text("{0} đến muộn {1} giây", "{0} is {1} s late")}


@pytest.mark.parametrize(
    ("lang", "shown"), [("vi", "trạm đến muộn 5 giây"), ("en", "trạm is 5 s late")]
)
def test_a_text_is_shown_in_a_language_with_its_arguments(lang: Lang, shown: str) -> None:
    assert look_up(TEXTS, "late", lang, "trạm", 5) == shown


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert look_up(TEXTS, "newer_code", "vi", "x") == "newer_code"


def test_an_argument_is_never_searched_for_placeholders() -> None:
    assert look_up(TEXTS, "late", "en", "{1}", 5) == "{1} is 5 s late"


def test_braces_of_the_text_and_of_arguments_stay() -> None:
    assert Text("{station}: {0}", "{station}: {0}").render("vi", "{}") == "{station}: {}"


def test_a_placeholder_without_an_argument_stays() -> None:
    assert TEXTS["late"].render("en", "x") == "x is {1} s late"
