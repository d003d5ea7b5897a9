"""``python -m claimclf``."""

import sys

from claimclf.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
