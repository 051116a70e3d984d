import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.ai.errors import AnswerUnusable
from drover.ai.masking import masked

SAMPLE = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
BLOCK = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ada@mail.example now", "write to <<EMAIL_1>> now"),
        ("Ada.L+x@sub.mail.co.uk, bob@b.de", "<<EMAIL_1>>, <<EMAIL_2>>"),
        ("\u00e4da@m\u00fcller.example", "<<EMAIL_1>>"),
        ("ada\uff20mail.example", "<<EMAIL_1>>"),
        ("call +49 (0)170 123-4567!", "call <<NUMBER_1>>!"),
        ("call 0170/1234567.", "call <<NUMBER_1>>."),
        ("(030) 1234 567", "<<NUMBER_1>>"),
        ("card 4111 1111 1111 1111", "card <<NUMBER_1>>"),
        ("\u0664\u0665\u0666\u0667\u0668\u0669\u0660", "<<NUMBER_1>>"),
    ],
)
def test_addresses_and_numbers_leave_as_placeholders_and_come_back(text: str, left: str) -> None:
    mask = masked(text)
    assert mask.text == left
    assert mask.restored(f"So: {mask.text}") == f"So: {text}"


@pytest.mark.parametrize(
    "text",
    ["on 2026-11-05 at 18:30", "5.11.2026", "12/31/2026", "1,000 likes", "room 12345", "@ada says hi", "v1.2.3", "a@b"],
)
def test_what_is_neither_stays(text: str) -> None:
    assert masked(text).text == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("use sk-abcdefghij0123456789 please", "use <<SECRET_1>> please"),
        ("ghp_abcdefghij0123456789", "<<SECRET_1>>"),
        ("AKIAABCDEFGHIJKLMNOP", "<<SECRET_1>>"),
        (f"cookie {SAMPLE};", "cookie <<SECRET_1>>;"),
        (f"key:\n{BLOCK}\nend", "key:\n<<SECRET_1>>\nend"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEabc", "<<SECRET_1>>"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer <<SECRET_1>>"),
        ("my password is hunter2 ok", "my password is <<SECRET_1>> ok"),
        ("Passwort: hunter2", "Passwort: <<SECRET_1>>"),
        ("PIN = 4711", "PIN = <<SECRET_1>>"),
        ("https://ada:hunter2@host.example/x", "https://<<SECRET_1>>/x"),
        ("0123456789abcdef0123456789abcdef", "<<SECRET_1>>"),
    ],
)
def test_secrets_leave_as_placeholders(text: str, left: str) -> None:
    assert masked(text).text == left


def test_a_word_of_letters_alone_is_no_secret_however_long() -> None:
    assert masked("a" * 300).text == "a" * 300


def test_an_answer_that_quotes_a_secret_is_refused() -> None:
    mask = masked("my password is hunter2")
    with pytest.raises(AnswerUnusable, match="quotes a secret"):
        mask.restored("so it is <<secret_1>>")


def test_what_the_caller_marks_is_masked_wherever_it_stands_and_keeps_its_case() -> None:
    mask = masked("Ada Lovelace met ada lovelace's aunt in Mitadaville", ["Ada", "", "lovelace"])
    assert mask.text == ("<<PRIVATE_1>> <<PRIVATE_2>> met <<PRIVATE_3>> <<PRIVATE_4>>'s aunt in Mit<<PRIVATE_3>>ville")
    assert mask.restored("Hi <<PRIVATE_1>>, or <<private_3>>") == "Hi Ada, or ada"


def test_a_marked_value_is_found_in_either_form_of_its_signs() -> None:
    assert masked("Andre\u0301 says", ["Andr\u00e9"]).text == "<<PRIVATE_1>> says"


def test_half_a_sign_does_not_leave() -> None:
    assert masked("a\ud800b").text == "a?b"


def test_the_same_value_always_has_the_same_placeholder() -> None:
    mask = masked("a@b.de or c@d.de or a@b.de")
    assert mask.text == "<<EMAIL_1>> or <<EMAIL_2>> or <<EMAIL_1>>"


def test_values_that_overlap_are_masked_as_one_by_the_stricter_name() -> None:
    assert masked("ask ada@mail.example/inbox", ["mail.example/inbox"]).text == "ask <<PRIVATE_1>>"
    assert masked("token: ada@mail.example", ["ada"]).text == "token: <<SECRET_1>>"


def test_a_placeholder_that_a_user_wrote_is_never_mistaken_for_one_of_ours() -> None:
    mask = masked("<<EMAIL_1>> is not a@b.de")
    assert mask.text == "<<EMAIL_1>> is not <<EMAIL_2>>"
    assert mask.restored("<<EMAIL_1>> <<EMAIL_2>> <<SECRET_9>>") == "<<EMAIL_1>> a@b.de <<SECRET_9>>"


WORDS = st.text("abcxyz019 .@<>_#\n\u00e9", max_size=60)
# Long enough, and of other letters, not to stand in a placeholder by itself.
MARKED = st.text("qwv", min_size=3, max_size=6)


@given(st.lists(st.one_of(WORDS, MARKED, st.sampled_from(["a@b.de", "+49 170 1234567", BLOCK])), max_size=6))
def test_nothing_that_is_masked_is_left_and_everything_comes_back(parts: list[str]) -> None:
    text = " ".join(parts)
    marked = [part for part in parts if re.fullmatch("[qwv]{3,6}", part)]
    mask = masked(text, marked)
    assert not any(part in mask.text for part in [*marked, "a@b.de", "170 1234567", "MIIEabc"])
    assert masked(mask.text, marked).text == mask.text
    whole = mask.text
    for name, value in mask.values.items():
        whole = whole.replace(name, value)
    assert whole == text


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1-", "a1", "@", "a@", "a.", "://", "password:", "sk-", "eyJ", "<<", " ", "-----BEGIN ", "bearer "],
)
@pytest.mark.timeout(20)
def test_no_text_makes_it_slow(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert len(masked(text, ["aa"]).text) > 0
