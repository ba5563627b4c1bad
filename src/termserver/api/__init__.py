"""The HTTP door: search, codes and documents over one opened edition."""
