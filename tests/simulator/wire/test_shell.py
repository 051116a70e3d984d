import asyncio
import shlex
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell.interpreter import Interpreter
from drover.simulator.shell.syntax import ShellSyntax, parse
from tests.simulator.wire.blank_handset import BlankHandset

printable = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


async def run(phone: SimulatedPhone, line: str, stdin: bytes = b"") -> tuple[str, str, int]:
    """Return standard output, error output and exit code of a command line."""
    outputs = {1: b"", 2: b""}

    async def emit(descriptor: int, parts: tuple[bytes | memoryview, ...]) -> None:
        outputs[descriptor] += b"".join(parts)

    async def read() -> bytes:
        return stdin

    code = await Interpreter(phone, emit, read).run(line)
    return outputs[1].decode(), outputs[2].decode(), code


@given(st.lists(printable, min_size=1, max_size=5))
def test_quoted_words_come_through_unchanged(words: list[str]) -> None:
    (pipeline,) = parse(shlex.join(words))
    assert [word.expand({}) for word in pipeline.commands[0].words] == words


@given(printable)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(ShellSyntax):
        assert isinstance(parse(text), tuple)


@given(st.text("ab '\"\\$&|;<>2\n#{}()`=", max_size=24))
def test_any_text_of_special_characters_is_parsed_or_refused(text: str) -> None:
    with suppress(ShellSyntax):
        assert isinstance(parse(text), tuple)


@pytest.mark.parametrize(
    ("line", "stdout", "code"),
    [
        ("", "", 0),
        ("echo a b", "a b\n", 0),
        ("echo 'a  b' \"c d\" e\\ f", "a  b c d e f\n", 0),
        ("echo a; echo b", "a\nb\n", 0),
        ("echo a;", "a\n", 0),
        ("echo a &", "a\n", 0),
        ("echo a\necho b\n", "a\nb\n", 0),
        ("true && echo yes || echo no", "yes\n", 0),
        ("false && echo yes || echo no", "no\n", 0),
        ("false || false; echo $?", "1\n", 0),
        ("false; exit", "", 1),
        ("exit 7; echo never", "", 7),
        ("X=5 ; echo \"$X\" '$X' ${X}", "5 $X 5\n", 0),
        ("echo ';' '&&' '2>x'", "; && 2>x\n", 0),
        ("echo hidden >/dev/null", "", 0),
        ("frobnicate 2>/dev/null", "", 127),
        ("ls /nowhere 2>&1", "ls: /nowhere: No such file or directory\n", 1),
        ("ls /nowhere >/dev/null 2>&1", "", 1),
        ("echo one two | grep -c two", "1\n", 0),
        ("echo a.b | grep -F a.b | cat", "a.b\n", 0),
        ("echo nothing | grep -q something", "", 1),
        ("ls /nowhere 2>&1 | grep -c nowhere", "1\n", 0),
        ("echo a > /sdcard/f && echo b >> /sdcard/f; cat < /sdcard/f", "a\nb\n", 0),
        ("ls / /nowhere > /sdcard/f 2>&1; grep -c nowhere < /sdcard/f", "1\n", 0),
        ("/system/bin/whoami # a comment", "shell\n", 0),
        ("exec whoami", "shell\n", 0),
        ("echo a#b $ 2", "a#b $ 2\n", 0),
        ("echo -n a; export X=b Y; echo $X$Y", "ab\n", 0),
        ("echo 1 > /sdcard/f; echo 2 >> /sdcard/f; cat /sdcard/f | head -n 1", "1\n", 0),
        ("echo Abc | grep -iv B; echo 'a|b' | grep 'a\\|x'; echo 'a|b' | grep -E 'x|b$'", "a|b\na|b\n", 0),
        ("mkdir -p /sdcard/x/y && touch /sdcard/x/f && ls /sdcard/x && ls -d /sdcard/x", "f\ny\n/sdcard/x\n", 0),
        ("touch /sdcard/f; ls -l /sdcard/f", "-rw-rw---- 1 shell shell        0 2026-01-15 09:41 /sdcard/f\n", 0),
        ("rm -f /sdcard/none; df /data | grep -c /data", "1\n", 0),
        ("settings put global k v; settings list global; settings delete global k", "k=v\nDeleted 1 rows\n", 0),
        ("getprop | grep -c 'ro.product.model.: .Plaza One.'; getprop ro.none else", "1\nelse\n", 0),
        ("id -u; uname; date +%s", "2000\nLinux\n1768470060\n", 0),
        ("uptime", " 09:41:00 up 0:00,  0 users,  load average: 0.10, 0.10, 0.10\n", 0),
        (
            "dumpsys activity | grep -c ResumedActivity; dumpsys package no.such",
            "2\nUnable to find package: no.such\n",
            0,
        ),
        ("dumpsys package org.example.notes | grep versionName", "    versionName=1.0\n", 0),
        ("pm list packages -s notes; pm list packages -f -3 | grep -c base.apk=org", "1\n", 0),
        ("pm list users | head -n 1; cmd package list packages notes", "Users:\npackage:org.example.notes\n", 0),
        ("cmd package resolve-activity --brief no.such", "No activity found\n", 0),
        ("am start -S -W --user 0 --es a b org.example.notes | grep -c :", "7\n", 0),
        ("am start -a android.intent.action.MAIN -c android.intent.category.HOME >/dev/null", "", 0),
        (
            "wm size reset; uiautomator dump --compressed /sdcard/t.xml | cat",
            "UI hierchary dumped to: /sdcard/t.xml\n",
            0,
        ),
        ("mkdir /sdcard/d; echo x > /sdcard/d/f; rm -r /sdcard/d; ls /sdcard/d 2>&1 | grep -c No", "1\n", 0),
    ],
)
async def test_a_command_line_does_what_a_shell_does(phone: SimulatedPhone, line: str, stdout: str, code: int) -> None:
    assert await run(phone, line) == (stdout, "", code)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("echo 'open", "no closing quote: '"),
        ('echo "open', 'no closing quote: "'),
        ("&& echo", "syntax error: '&&' unexpected"),
        ("echo >", "syntax error: unexpected end of the command"),
        ("echo a &&", "syntax error: unexpected end of the command"),
        ("echo a | ; b", "syntax error: ';' unexpected"),
        ("echo $(date)", "syntax error: '$(' unexpected"),
        ("(echo a)", "syntax error: '(' unexpected"),
        ("echo `date`", "syntax error: '`' unexpected"),
    ],
)
async def test_what_the_shell_does_not_know_is_refused_before_anything_runs(
    phone: SimulatedPhone, line: str, complaint: str
) -> None:
    assert await run(phone, line) == ("", f"/system/bin/sh: {complaint}\n", 1)


@pytest.mark.parametrize(
    ("line", "complaint", "code"),
    [
        ("ls /a /sdcard/Music", "ls: /a: No such file or directory", 1),
        ("cat /sdcard", "cat: /sdcard: Is a directory", 1),
        ("rm /sdcard/none", "rm: /sdcard/none: No such file or directory", 1),
        ("rm /sdcard/Music", "rm: /sdcard/Music: Is a directory", 1),
        ("rm", "rm: Needs 1 argument", 1),
        ("mkdir /sdcard/Music", "mkdir: '/sdcard/Music': File exists", 1),
        ("mkdir", "mkdir: Needs 1 argument", 1),
        ("touch /system/x", "touch: '/system/x': Read-only file system", 1),
        ("df /nowhere", "df: /nowhere: No such file or directory", 1),
        ("grep", "grep: reads the standard input; flags are -i -v -c -q -E -F", 2),
        ("grep -E '('", "grep: bad regular expression '('", 2),
        ("sleep", "sleep: needs a number of seconds", 1),
        ("sleep 1e9", "sleep: a simulated phone sleeps 0 to 60 seconds", 1),
        ("exit x", "/system/bin/sh: exit: x: bad number", 1),
        ("date 010203", "date: a simulated phone's clock is not set from outside", 1),
        ("settings get", "Invalid arguments: settings get|put|delete|list system|secure|global KEY [VALUE]", 255),
        ("dumpsys", "dumpsys: name a service; `dumpsys -l` lists them", 1),
        ("dumpsys nothing", "Can't find service: nothing", 1),
        ("am dance", "Error: unknown command 'dance'", 255),
        ("am start", "Error: Intent has no action, component or package", 255),
        ("am start no.such", "Error: Activity not started, unable to resolve Intent { pkg=no.such }", 1),
        ("pm dance", "Error: a simulated phone's package manager does not know 'dance'", 255),
        ("cmd dance", "cmd: Can't find service: dance", 20),
        ("wm dance", "wm: a simulated phone knows `wm size` and `wm density`", 255),
        ("uiautomator", "Usage: uiautomator dump [--verbose][file]", 1),
        ("uiautomator dump /system/x", "ERROR: could not write /system/x: Read-only file system", 1),
        ("screencap /system/x.png", "Error opening file: /system/x.png (Read-only file system)", 1),
    ],
)
async def test_what_goes_wrong_is_said_on_the_error_output(
    phone: SimulatedPhone, line: str, complaint: str, code: int
) -> None:
    _, stderr, ended = await run(phone, line)
    assert (stderr, ended) == (f"{complaint}\n", code)


async def test_standard_input_reaches_the_command(phone: SimulatedPhone) -> None:
    assert await run(phone, "cat | grep b", b"abc\nxyz\n") == ("abc\n", "", 0)


async def test_text_with_special_characters_is_typed_as_it_is(phone: SimulatedPhone, handset: BlankHandset) -> None:
    text = "a;b|c&d 'e' \"f\" $g `h` (i) \\ ~ * # < >"
    assert await run(phone, f"input text {shlex.quote(text.replace(' ', '%s'))}") == ("", "", 0)
    assert handset.texts == [text]


@pytest.mark.parametrize("text", ["été", "日本", "tab\there"])
async def test_text_that_no_key_writes_is_refused_and_nothing_is_typed(
    phone: SimulatedPhone, handset: BlankHandset, text: str
) -> None:
    stdout, stderr, code = await run(phone, f"input text {shlex.quote(text)}")
    assert (stdout, code) == ("", 255)
    assert "NullPointerException" in stderr
    assert handset.texts == []


@pytest.mark.parametrize(
    "words", ["tap 1", "tap a b", "tap 1e999 2", "swipe 1 2 3", "keyevent", "keyevent NO_SUCH", "text", "dance", ""]
)
async def test_bad_input_arguments_are_refused_and_nothing_is_touched(
    phone: SimulatedPhone, handset: BlankHandset, words: str
) -> None:
    _, stderr, code = await run(phone, f"input {words}")
    assert code == 255
    assert stderr.startswith("Error: ")
    assert (handset.gestures, handset.keys, handset.texts) == ([], [], [])


async def test_sleep_and_wake_keys_switch_the_display(phone: SimulatedPhone, handset: BlankHandset) -> None:
    await run(phone, "input keyevent SLEEP")
    assert (await run(phone, "dumpsys power | grep mWakefulness="))[0] == "  mWakefulness=Asleep\n"
    assert await phone.capture(png=False) == b"\0\0\0\xff" * (90 * 200)
    await run(phone, "input tap 1 1")
    await run(phone, "input keyevent 224")
    assert handset.gestures == []
    assert (await run(phone, "dumpsys power | grep mWakefulness="))[0] == "  mWakefulness=Awake\n"


async def test_a_failed_write_leaves_the_rest_of_the_line_running(phone: SimulatedPhone) -> None:
    stdout, stderr, code = await run(phone, "echo x > /system/f; echo $?")
    assert (stdout, code) == ("1\n", 0)
    assert stderr == "/system/bin/sh: can't open a file: Read-only file system\n"


async def test_commands_run_side_by_side_do_not_mix(phone: SimulatedPhone) -> None:
    both = await asyncio.gather(run(phone, "X=1; echo $X"), run(phone, "X=2; echo $X"))
    assert [stdout for stdout, _, _ in both] == ["1\n", "2\n"]
