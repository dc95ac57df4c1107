"""Pure values and decisions: no octets of a format, no clock, no storage, no network."""
