"""Tests of the documented contract, and of the checks in `mock_gateway/conformance/server`, which do the judging.

`broken/` holds a deliberately broken gateway for each rule, so that no check is believed before it was seen to fail.
`mutants/` holds clients with one mistake each, for the judge of clients.
"""
