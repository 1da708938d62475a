"""`python -m mock_gateway`: the command line."""

import sys

from mock_gateway.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
