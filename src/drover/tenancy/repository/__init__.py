"""Every query of tenancy."""
