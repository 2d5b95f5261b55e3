"""`python -m trueup_devstack.stripe_mock`."""

from __future__ import annotations

import sys

from trueup_devstack.stripe_mock import main

sys.exit(main())
