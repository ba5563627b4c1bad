"""Judging a document: its type, its structure, its codes, its identifiers, its rules."""
