"""`drover text`: errors with their place, previews without side effects, variants."""

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.typed import Prompt

VALUES = {
    "param": {"name": "Ada", "odd": "${param.name} {a|b}"},
    "account": {"username": "ada", "password": "s3cret"},
    "content": {"media": {"next": ["a.jpg", "b.jpg"]}},
    "counters": {"posts": 7},
    "ai": {"caption": {"a day": "What a day!"}, "response": {"hello": "Hi."}},
}


@pytest.fixture
def drover(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Prompt:
    monkeypatch.setenv("DROVER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Prompt(tmp_path, capsys)


def test_check_tells_what_a_text_refers_to(drover: Prompt) -> None:
    told = drover("text", "check", "{Hi|Hello ${param.name}} ${account.password} ${dynamic.counter(posts, 1, 1)}")
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == [
        "2 variants, 3 variables",
        "  column 11: ${param.name}",
        "  column 26: ${account.password} (secret)",
        "  column 46: ${dynamic.counter(posts,1,1)} (reserved)",
    ]


def test_check_tells_the_same_in_json(drover: Prompt) -> None:
    told = drover("text", "check", "${param.name}${foreach.entity in group:g}x${end}", "--json")
    name = {"column": 1, "category": "param", "name": "param.name", "reserved": False, "secret": False}
    each = {
        "column": 14,
        "category": "foreach",
        "name": "foreach.entity in group:g",
        "reserved": False,
        "secret": False,
    }
    assert told.json == {"ok": True, "variants": 1, "references": [name, each], "missing": []}


@pytest.mark.parametrize("command", ["check", "preview", "variants"])
def test_an_error_is_shown_in_its_place_with_a_suggestion(drover: Prompt, command: str) -> None:
    told = drover("text", command, "Hi ${account.usrname}!")
    assert (told.code, told.out) == (2, "")
    line, shown, pointer, hint = told.err.splitlines()
    assert line == "drover: column 14: unknown field usrname of account"
    assert (shown, pointer) == ("  Hi ${account.usrname}!", "               ^")
    assert hint.startswith("  did you mean username?")


def test_an_error_in_json_has_its_column_and_what_is_meant(drover: Prompt) -> None:
    told = drover("text", "check", "Hi ${account.usrname}!", "--json")
    assert (told.code, told.err) == (2, "")
    assert told.json["ok"] is False
    error = told.json["error"]
    assert (error["column"], error["reason"]) == (14, "unknown field usrname of account")
    assert (error["suggestion"], error["expected"][:2]) == ("username", ["username", "password"])


@pytest.mark.parametrize(
    ("source", "shown", "pointer"),
    [
        ("one\ntwo {a|b\nthree", "  two {a|b", "      ^"),
        ("日本 ${x.y}", "  日本 ${x.y}", "         ^"),
        ("a\tb\x1b[31m {", "  a b?[31m {", "           ^"),
        ("x" * 200 + "${x.y}" + "z" * 200, f"  ...{'x' * 58}${{x.y}}{'z' * 36}...", " " * 65 + "^"),
    ],
)
def test_the_caret_stands_below_the_column_whatever_the_line_holds(
    drover: Prompt, source: str, shown: str, pointer: str
) -> None:
    told = drover("text", "check", source)
    assert told.err.splitlines()[1:3] == [shown, pointer]


def test_check_tells_what_has_no_value_whichever_option_is_drawn(drover: Prompt) -> None:
    accounts = [{"app": "plaza", "account": "a", "phone": phone, "username": phone} for phone in ("p1", "p2")]
    text = "{${custom.x}|${param.name}} ${account.plaza.a.username} ${ai.caption(a day)}"
    told = drover("text", "check", text, values={**VALUES, "accounts": accounts, "phones": ["p1", "p2"]})
    assert told.code == 2
    assert [line for line in told.err.splitlines() if line.startswith("drover: ")] == [
        "drover: column 2: ${custom.x} has no value: it is not among the values given",
        "drover: column 29: ${account.plaza.a.username} may be plaza.a@p1, plaza.a@p2",
    ]
    found = drover("text", "check", text, "--json", values={**VALUES, "accounts": accounts, "phones": ["p1", "p2"]})
    assert (found.code, [each["column"] for each in found.json["missing"]]) == (2, [2, 29])


def test_a_preview_shows_what_would_come_and_takes_nothing(drover: Prompt) -> None:
    text = "${param.odd} ${account.username}:${account.password} ${dynamic.counter(posts,1,2)} ${content.media.next}"
    for _ in range(2):
        told = drover("text", "preview", text, values=VALUES)
        assert (told.code, told.out, told.err) == (0, "${param.name} {a|b} ada:*** 9 a.jpg\n", "")
    assert not (drover.folder / "data").exists()


def test_the_same_seed_and_phone_show_the_same(drover: Prompt) -> None:
    text = "{a|b|c|d} ${dynamic.random.number(1-100000)}"
    first, again = (drover("text", "preview", text, "--seed", "3", "--for", "phone1").out for _ in range(2))
    others = {drover("text", "preview", text, "--seed", "4").out, drover("text", "preview", text).out}
    assert first == again
    assert first not in others
    assert len(others) == 2


def test_drafts_are_shown_as_what_they_would_be_asked_unless_they_are_given(drover: Prompt) -> None:
    assert drover("text", "preview", "${ai.caption(a day)}").out == "[caption: a day]\n"
    told = drover("text", "preview", "${ai.caption(a day)}", "--json", values=VALUES).json
    assert told["text"] == "What a day!"
    assert told["drafts"] == [{"kind": "caption", "text": "What a day!", "prompt": "a day", "model": "given"}]
    response = drover("text", "preview", "${ai.response(hello)}", values=VALUES)
    assert response.out == "Hi.\n"
    assert response.err == "drover: it holds a response, which is sent only after a person approved it\n"


def test_an_ai_that_is_asked_for_and_not_configured_is_told_with_the_cure(drover: Prompt) -> None:
    told = drover("text", "preview", "${ai.caption(a day)}", "--ai")
    assert (told.code, told.out) == (8, "")
    assert told.err.startswith("drover: no AI is configured")


def test_a_missing_value_in_a_preview_is_told_with_how_values_are_given(drover: Prompt) -> None:
    told = drover("text", "preview", "Hi ${param.name}")
    assert told.code == 2
    assert "column 4: ${param.name} has no value" in told.err
    assert told.err.endswith("  give param.name a value\n  values are given in a JSON file, by --values FILE\n")


def test_counters_of_this_computer_are_shown_where_they_stand(drover: Prompt) -> None:
    assert drover("text", "preview", "${dynamic.counter(n,5,1)}").out == "5\n"
    assert not (drover.folder / "data").exists()


def test_variants_are_listed_counted_and_limited(drover: Prompt) -> None:
    text = "{Hi|Hello} {you|${param.name}}"
    assert drover("text", "variants", text).out.splitlines() == [
        "Hi you",
        "Hi ${param.name}",
        "Hello you",
        "Hello ${param.name}",
    ]
    limited = drover("text", "variants", text, "--limit", "1")
    assert limited.out == "Hi you\n"
    assert limited.err.startswith("drover: 3 more; --limit lists more of them")
    assert drover("text", "variants", "{a|b}" * 40, "--count").out == f"{2**40}\n"
    assert drover("text", "variants", text, "--json", "--limit", "2").json == {
        "count": 4,
        "variants": ["Hi you", "Hi ${param.name}"],
    }
    assert drover("text", "variants", text, "--json", "--count").json == {"count": 4}


def test_a_text_comes_from_a_file_and_may_begin_with_a_dash_or_at(drover: Prompt) -> None:
    (drover.folder / "t.txt").write_text("@ada {a|a}\n\n")
    assert drover("text", "preview", "@t.txt").out == "@ada a\n\n"
    assert drover("text", "preview", "--", "-x").out == "-x\n"
    gone = drover("text", "preview", "@ada")
    assert (gone.code, "a text that begins with @ is given on standard input, by -" in gone.err) == (2, True)


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        ("@ada {a|a}\n", 0, "@ada a\n"),
        ("x" * (1024 * 1024 + 1), 2, "standard input is larger than 1048576 bytes"),
        ("x" * 30_000, 2, "20480"),
    ],
    ids=["a text", "too many bytes", "too long a text"],
)
def test_a_text_comes_from_standard_input(desk: Desk, content: str, code: int, told: str) -> None:
    process = desk.start("text", "preview", "-")
    out, err = process.communicate(content, timeout=60)
    assert process.returncode == code
    assert told in out + err


BAD_VALUES = {
    "no JSON": ("{", "values.json: line 1, column 2: is not JSON"),
    "a list": ("[]", "values.json: the document is no object"),
    "an unknown key": ('{"parms": {}}', "values.json: parms: nothing is called that"),
    "a key twice": ('{"param": {}, "param": {}}', "values.json: has the name 'param' twice"),
    "a table that is none": ('{"param": 5}', "values.json: param is no object"),
    "a value that is none": ('{"param": {"x": null}}', "values.json: param.x is neither a text nor a number"),
    "an unknown field": (
        '{"account": {"usrname": "x"}}',
        "values.json: account.usrname: unknown field usrname of account",
    ),
    "a name that is none": ('{"custom": {"a b": "x"}}', "values.json: custom.a b: "),
    "files that are no list": ('{"content": {"media": {"next": "a.jpg"}}}', "content.media.next is no list"),
    "unknown content": ('{"content": {"captions": {}}}', "content.captions: nothing is called that"),
    "unknown media": ('{"content": {"media": {"first": []}}}', "content.media.first: nothing is called that"),
    "unknown drafts": ('{"ai": {"captions": {}}}', "ai.captions: nothing is called that"),
    "a draft that is none": ('{"ai": {"caption": {"x": {}}}}', "ai.caption.x is neither a text nor a number"),
    "a counter that is none": ('{"counters": {"n": "x"}}', "values.json: counters.n is no whole number"),
    "a phone twice": ('{"phones": ["a", "a"]}', "values.json: phone a is given 2 times"),
    "an account without its app": ('{"accounts": [{"account": "x"}]}', "accounts[0] has no app"),
    "half a character": (r'{"custom": {"x": "\ud800"}}', "values.json: holds half of a character"),
    "a number that is none": ('{"custom": {"x": NaN}}', "values.json: is not JSON that can be read: NaN is no number"),
    "nested too deeply": ("[" * 100_000, "values.json: is nested too deeply"),
    "names without end": ('{"custom":' + '{"a":' * 500 + "1" + "}" * 501, "is neither a text nor a number"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_file_of_values_that_is_wrong_is_told_with_its_place(drover: Prompt, name: str) -> None:
    content, expected = BAD_VALUES[name]
    path = drover.folder / "bad.json"
    path.write_text(content)
    told = drover("text", "preview", "${param.x}", "--values", "bad.json")
    assert told.code == 2
    assert expected.removeprefix("values.json: ") in told.err
    assert "bad.json" in told.err
    assert "unexpected error" not in told.err


def test_a_file_of_values_that_is_not_there_is_named(drover: Prompt) -> None:
    told = drover("text", "check", "x", "--values", "gone.json")
    assert (told.code, told.err.splitlines()[0]) == (2, "drover: gone.json: cannot be read (no such file or directory)")
