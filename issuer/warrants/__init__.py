"""Acts that two people have to stand behind: ordered by one official, decided by another, then recorded."""
