"""After the run: tables and files made from events."""
