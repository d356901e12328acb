"""`python -m eccles` is `eccles`."""

import sys

from eccles.cli import main

sys.exit(main())
