"""When each target of an occurrence starts, so that a rack is not hit all at once. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from drover.workflows.domain.targets import Target


def staggered(targets: Sequence[Target], at: datetime, stagger: timedelta) -> Mapping[Target, datetime]:
    """Return when each is due: phones one `stagger` after the other in the order of the targets.

    All targets on one phone are due together; its lease lets them in one by one, in this order.
    """
    places: dict[str, int] = {}
    for target in targets:
        places.setdefault(target.phone, len(places))
    return {target: at + places[target.phone] * stagger for target in targets}
