"""Secrets: three stars wherever they may be written, opened by nobody but an opener."""

import copy
import json
import logging
import pickle

import pytest
from pydantic import BaseModel

from drover.language.rendering import Rendered
from drover.language.sealed import Sealed

SECRET = Sealed("account.password")


class Holder(BaseModel):
    value: str


@pytest.mark.parametrize(
    "written",
    [
        str(SECRET),
        f"{SECRET}",
        format(SECRET),
        f"{SECRET:>3}",
        "%s" % SECRET,  # noqa: UP031 a way to write it
        "".join([SECRET]),
        json.loads(json.dumps({"a": SECRET}))["a"],
        Holder(value=SECRET).model_dump(mode="json")["value"],
        str(Rendered((SECRET,))),
        logging.LogRecord("x", 10, "x", 1, "%s", (SECRET,), None).getMessage(),
    ],
)
def test_a_secret_is_written_as_three_stars(written: str) -> None:
    assert [*written] == ["*", "*", "*"]


def test_its_handle_is_not_shown_either() -> None:
    assert "account" not in repr([SECRET, Rendered((SECRET, "x"))]) + repr(vars(type(SECRET)))


def test_secrets_are_equal_by_what_they_refer_to() -> None:
    assert SECRET == Sealed("account.password")
    assert SECRET != Sealed("other")
    assert SECRET != "***"
    assert len({SECRET, Sealed("account.password"), Sealed("other")}) == 2


@pytest.mark.parametrize("again", [copy.copy(SECRET), copy.deepcopy(SECRET), pickle.loads(pickle.dumps(SECRET))])  # noqa: S301 our own bytes
def test_a_secret_can_be_handed_on(again: Sealed) -> None:
    assert again == SECRET
    assert again.handle == "account.password"
