"""How many sequences of acts the stateful tests try: few in CI, many with DROVER_THOROUGH=1."""

import os

from hypothesis import HealthCheck, settings

_THOROUGH = os.environ.get("DROVER_THOROUGH") == "1"

ON_MODEL = settings(max_examples=5000 if _THOROUGH else 200, stateful_step_count=20, deadline=None)
"""For rules as pure values, under a fake clock."""

ON_DATABASE = settings(
    max_examples=200 if _THOROUGH else 20,
    stateful_step_count=30 if _THOROUGH else 10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
"""For the same rules through a real database."""
