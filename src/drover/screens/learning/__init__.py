"""Learning screens from pictures: what identifies each of them, against all others.

`choose(captures, rivals, *, key="", kind=ScreenKind.STATE, most=3) -> Choice` chooses regions for one look of a screen:

- `captures`: frames of that look, the first one being the reference;
- `rivals`: pictures that it must be told from: `Rivals.of_registry(registry)`, and `Rivals(rival(...) for ...)`, added;
- `Choice`: `chosen` (regions with what comes closest to passing in each), `masks`, `rejected` places with reasons,
  `margin` and `closest`, `confusers`, `unique`; `Choice.variant(name, capture)` makes a variant of it.

Pure: no I/O but what a rival's `load` does, no clock.
"""

from drover.screens.learning.choice import Choice, Chosen, Confuser, Rejected
from drover.screens.learning.chooser import choose
from drover.screens.learning.judge import Impostor
from drover.screens.learning.rivals import Rival, Rivals, rival

__all__ = ["Choice", "Chosen", "Confuser", "Impostor", "Rejected", "Rival", "Rivals", "choose", "rival"]
