"""What is made of sessions afterwards."""
