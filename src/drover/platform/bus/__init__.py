"""Messages between server and agents: a port, and its adapter for one process."""
