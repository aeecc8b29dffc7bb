"""Evidence that one can hand over: what was seen of one institution, in one file (WACZ)."""
