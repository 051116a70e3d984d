import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drover.ai.dialects import DIALECTS, Reply

NAMES = st.sampled_from(
    (
        *("choices", "message", "content", "finish_reason", "refusal", "usage", "model", "text", "type", "stop_reason"),
        *("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"),
    )
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("text"))
ANSWERS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner), max_leaves=12)


def read(api: str, body: bytes) -> Reply | None:
    try:
        return DIALECTS[api].read(body)
    except ValidationError:
        return None


@pytest.mark.parametrize("api", sorted(DIALECTS))
@given(body=st.one_of(st.binary(max_size=60), ANSWERS.map(lambda answer: json.dumps(answer).encode())))
def test_whatever_comes_is_an_answer_or_is_refused(api: str, body: bytes) -> None:
    reply = read(api, body)
    assert reply is None or isinstance(reply.text, str)


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_nesting_beyond_measure_is_refused(api: str) -> None:
    assert read(api, b'{"choices":' * 100_000) is None


@pytest.mark.parametrize("tokens", ["-1", "1.5", '"7"', "true", "null"])
def test_usage_that_is_no_number_of_tokens_is_refused(tokens: str) -> None:
    body = f'{{"content": [], "usage": {{"input_tokens": {tokens}, "output_tokens": 1}}}}'
    assert read("anthropic", body.encode()) is None
