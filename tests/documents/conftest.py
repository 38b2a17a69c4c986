"""What the tests of documents are given."""

from collections.abc import Callable

import pytest

from grantapp.domain.deposit import Deposit
from grantapp.domain.project import Project
from tests.documents import making
from tests.documents.making import Printed


@pytest.fixture
def project_with() -> Callable[..., Project]:
    """`project_with(typed, rows=…)`."""
    return making.full_project


@pytest.fixture
def deposit_of() -> Callable[..., Deposit]:
    """`deposit_of(project, steps=…)`; without steps, every section is asked."""
    return making.deposit_of


@pytest.fixture
def read() -> type[Printed]:
    return Printed


@pytest.fixture(scope="session")
def sample() -> tuple[Deposit, Printed]:
    """The whole dossier of the full project, printed once for all the tests that only read it."""
    from grantapp.documents import dossier

    deposit = making.deposit_of()
    return deposit, Printed(dossier.pdf(deposit))
