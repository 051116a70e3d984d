"""Simulated phones: a rack without hardware, behind the real ADB wire protocol. Always another process."""
