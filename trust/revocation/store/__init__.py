"""Acts, standings, entries of status lists and publications in SQL."""
