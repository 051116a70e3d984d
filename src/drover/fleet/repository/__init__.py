"""Every query of the fleet: of `leases`, `phones`, and `agents` with their racks."""
