"""service 装配: settings, clock, database, identity, pages, command line, and the wiring of everything below."""
