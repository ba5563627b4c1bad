"""Deciding who may see what, and telling of every access; files and memory only, no database."""
