"""Bytes into XML or JSON trees with positions: hardened, limited, offline."""
