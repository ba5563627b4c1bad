"""A vendor's software sits an examination: the edition's corpus, the answers, the judgement, the signed statement."""
