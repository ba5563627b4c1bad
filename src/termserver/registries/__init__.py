"""The baseline registries: files are loaded into the store of record, every row judged, and releases made of it."""
