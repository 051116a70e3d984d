"""Secrets: three stars wherever they may be written, opened by nobody but an opener."""

import copy
import json
import logging
import pickle

import pytest
from pydantic import BaseModel

from drover.language.rendering import Rendered
from drover.language.sealed import Sealed

PASSWORD = Sealed("account.password")


class Holder(BaseModel):
    value: str


@pytest.mark.parametrize(
    "written",
    [
        str(PASSWORD),
        f"{PASSWORD}",
        format(PASSWORD),
        f"{PASSWORD:>3}",
        "%s" % PASSWORD,  # noqa: UP031 a way to write it
        "".join(str(part) for part in Rendered((PASSWORD,)).parts),
        json.loads(json.dumps({"a": PASSWORD}))["a"],
        Holder(value=PASSWORD).model_dump(mode="json")["value"],
        str(Rendered((PASSWORD,))),
        logging.LogRecord("x", 10, "x", 1, "%s", (PASSWORD,), None).getMessage(),
    ],
)
def test_a_secret_is_written_as_three_stars(written: str) -> None:
    assert [*written] == ["*", "*", "*"]


def test_its_handle_is_not_shown_either() -> None:
    assert "account" not in repr([PASSWORD, Rendered((PASSWORD, "x"))]) + repr(vars(type(PASSWORD)))


def test_secrets_are_equal_by_what_they_refer_to() -> None:
    again = Sealed("account.password")
    assert again == PASSWORD
    assert Sealed("other") != PASSWORD
    assert again != "***"
    assert len({PASSWORD, Sealed("account.password"), Sealed("other")}) == 2


@pytest.mark.parametrize("again", [copy.copy(PASSWORD), copy.deepcopy(PASSWORD), pickle.loads(pickle.dumps(PASSWORD))])  # noqa: S301 our own bytes
def test_a_secret_can_be_handed_on(again: Sealed) -> None:
    assert again == PASSWORD
    assert again.handle == "account.password"
