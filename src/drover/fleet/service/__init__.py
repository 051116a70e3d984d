"""The fleet's door for other capabilities: its racks, agents, phones and their leases in the database."""

from drover.fleet.service.agents import Agents, Racks
from drover.fleet.service.leases import Leases
from drover.fleet.service.phones import PhoneEdit, PhoneKey, Phones, key_of

__all__ = ["Agents", "Leases", "PhoneEdit", "PhoneKey", "Phones", "Racks", "key_of"]
