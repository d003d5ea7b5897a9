from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimclf.language import in_english
from claimclf.text import normalise

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
    ],
)
def test_other_languages_are_out_of_scope(text: str) -> None:
    assert not in_english(text)


@pytest.mark.parametrize("text", ["", "12", "Rabat", "The ministry in Ouagadougou signed.", "OK."])
def test_english_and_what_is_too_short_to_judge_are_in_scope(text: str) -> None:
    assert in_english(text)
