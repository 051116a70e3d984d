"""Drivers: the code that talks to one kind of device. Independent of one another."""
