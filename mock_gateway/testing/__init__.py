"""For tests of programs that talk to a gateway."""
