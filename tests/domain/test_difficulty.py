"""Undertaking in difficulty: the five tests of article 2(18), worked cases, and what no answer may undo."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.difficulty import NEEDS, difficulty_of
from grantapp.domain.project import question_at
from grantapp.domain.sections.applicant import IndebtedYear, LegalForm
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS
from tests.domain.vocabulary import answers

AT = datetime(2025, 6, 2, 12, tzinfo=PARIS)
