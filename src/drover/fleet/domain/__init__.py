"""The rules of the fleet, pure: phones and their repair (`phones`), a phone's lease (`leasing`), racks and `agents`."""

from drover.fleet.domain.phones import Event, Happening, Hold, Ladder, Phone, PhoneState, Rung, state_of

__all__ = ["Event", "Happening", "Hold", "Ladder", "Phone", "PhoneState", "Rung", "state_of"]
