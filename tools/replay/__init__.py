"""Handles again what was not: the dead letters of a queue, or a time range of the bus's archive."""
