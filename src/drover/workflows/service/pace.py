"""How often a worker does what, and when it takes others for gone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds. Whoever makes a run wakes the dispatcher at once; by itself it looks every `dispatch_s`.

    A run that stood still for `still_s` is looked at: between its start in the database and in the engine are a few ms.
    A run whose phone is in use by others, or held, asks for it again after `wait_s`: nobody tells that it is free.
    An agent is asked every `probe_s` whether it still plays what was ordered: an event may have been lost. One that has
    not answered for `away_for_s` counts as gone; it may just be starting.
    A worker that renewed nothing for `gone_s` is gone: it missed three times. The lease's pace is the specification's.
    """

    dispatch_s: float = 1.0
    renew_s: float = 20.0
    look_s: float = 2.0
    reconcile_s: float = 3.0
    sweep_s: float = 60.0
    still_s: float = 3.0
    wait_s: float = 30.0
    probe_s: float = 30.0
    away_for_s: float = 10.0
    gone_s: float = 70.0


USUAL = Pace()
