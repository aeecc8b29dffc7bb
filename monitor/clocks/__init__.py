"""Which clock is believed, and a time server to ask."""
