"""Release files: written, installed, verified, opened."""
