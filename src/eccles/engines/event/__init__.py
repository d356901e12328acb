"""The event engine of one layer of LIF neurons: exact, in registers."""
