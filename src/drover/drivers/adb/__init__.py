"""The adb driver: an own client of the adb server's protocol, and Android phones behind it."""
