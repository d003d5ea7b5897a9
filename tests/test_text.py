from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimclf.language import in_english
from claimclf.text import NORMALISER_VERSION, normalise

free_text = st.text(st.characters(), max_size=300)


@given(free_text)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(free_text)
def test_normalised_text_can_be_encoded_and_holds_no_runs_of_white_space(text: str) -> None:
    clean = normalise(text)
    clean.encode("utf-8")
    assert clean == " ".join(clean.split())


@pytest.mark.parametrize(
    "text",
    [
        "Правительство подписало соглашение о сотрудничестве.",
        "政府は新しい監視カメラを設置した。",
        "Le ministre a signé un accord avec la Russie sur la sécurité.",
        "Rząd podpisał umowę z zagraniczną firmą.",
        "Die Regierung schweigt dazu.",
    ],
)
def test_other_languages_are_out_of_scope(text: str) -> None:
    assert not in_english(text)


@pytest.mark.parametrize(
    "text",
    [
        *["", "12", "Rabat", "The ministry in Ouagadougou signed.", "OK."],
        *["Iran denied it.", "We disagree.", "No deal.", "Russia", "Sanctions", "Annex B 12"],
    ],
)
def test_english_and_what_is_too_short_to_judge_are_in_scope(text: str) -> None:
    assert in_english(text)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\ufb01rst ½ Ⅳ …", "first 1\u20442 IV ..."),
        ("1990\u20131995 \u2014 \u2010 \u2212", "1990-1995 - - -"),
        ("so\u00adve\u200breign\ufeff", "sovereign"),
        ("\ufe58", "-"),
        ("\uff02\uff21\uff02 «x»", '"A" "x"'),
        ("a\ud800b", "a\ufffdb"),
        ("CASE stays é", "CASE stays é"),
    ],
)
def test_version_1_of_the_normaliser_stays_what_it_is(written: str, seen: str) -> None:
    assert (NORMALISER_VERSION, normalise(written)) == (1, seen)


@pytest.mark.parametrize(
    "text",
    ["Москва и Тегеран подписали соглашение.", "Камеры следят за людьми.", "Суд запретил газету TASS.", "قانون"],
)
def test_another_script_is_no_english_however_short(text: str) -> None:
    assert not in_english(text)
