from collections.abc import Iterator

import pytest

from drover.kernel.ids import random_secret
from drover.platform.db.database import Database
from drover.tenancy.hashing import Hasher
from tests.tenancy.house import CHEAP, House


@pytest.fixture
def hasher() -> Iterator[Hasher]:
    made = Hasher(random_secret, cost=CHEAP)
    yield made
    made.close()


@pytest.fixture
def house(database: Database, hasher: Hasher) -> House:
    return House(database, hasher)
