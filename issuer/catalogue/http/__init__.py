"""The routes of the catalogue: entries with their life, mandates with requests about them, and the public documents."""
