"""Best guesses: words, prefixes and codes, in Persian and English, over posting lists."""
