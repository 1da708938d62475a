"""The published contract in words: what its operations do, when they fail, and an example of everything."""
