"""The device side of the ADB wire protocol: what adbd is on a phone, over TCP."""
