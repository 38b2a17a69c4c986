"""Undertaking in difficulty: the five tests of article 2(18), worked cases, and what no answer may undo."""

from datetime import datetime

from grantapp.french import PARIS

AT = datetime(2025, 6, 2, 12, tzinfo=PARIS)
