"""How something is published: proposed, judged by those who may, signed, put where everybody fetches it."""
