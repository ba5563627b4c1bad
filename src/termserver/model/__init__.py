"""The words of the field; the standard library only."""
