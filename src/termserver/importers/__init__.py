"""Other people's tables, read into streams of model objects; nothing dropped, nothing repaired in silence."""
