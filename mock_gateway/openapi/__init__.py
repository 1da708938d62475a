"""The contract as an OpenAPI document and a page to read.

Run `python -m mock_gateway.openapi` to write both, with `--check` to see whether they are stale.
"""
