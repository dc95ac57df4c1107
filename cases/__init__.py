"""cases 办件: requirements, consent, and citing a licence instead of asking for the paper again."""
