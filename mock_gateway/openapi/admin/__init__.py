"""The admin API, as a document and a page."""
