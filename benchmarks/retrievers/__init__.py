"""Ways to find a concept by what somebody types, behind one small interface, so that they can be compared."""
