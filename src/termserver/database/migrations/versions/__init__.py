"""One file for each step, in the order that each file states."""
