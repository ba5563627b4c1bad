"""The steps by which a database of an older termserver becomes one of this."""
