"""What each role allows; the table of real requests is `tests/web/test_access_table.py`."""

from grantapp.domain.access import ALLOWED, REFUSALS, Act, allowed, roles_for
from grantapp.domain.people import Role


def test_every_role_allows_something_and_every_act_has_its_refusal():
    assert set(ALLOWED) == set(Role)
    assert all(ALLOWED.values())
    assert set(REFUSALS) == set(Act)


def test_who_contributes_fills_and_files_nothing():
    assert allowed([Role.CONTRIBUTOR]) == {Act.READ, Act.READ_FILED, Act.FILL}


def test_who_administers_sees_no_dossier():
    assert allowed([Role.ADMINISTRATOR]) == {Act.GOVERN}


def test_several_roles_allow_all_that_each_allows():
    both = allowed([Role.REVIEWER, Role.ADMINISTRATOR])
    assert both == {Act.READ_FILED, Act.GOVERN}
    assert allowed([]) == frozenset()


def test_whoever_reads_a_draft_reads_what_was_filed():
    assert set(roles_for(Act.READ)) <= set(roles_for(Act.READ_FILED))


def test_only_those_who_engage_an_organisation_file():
    assert set(roles_for(Act.FILE)) == {Role.DIRECTOR, Role.MANAGER}
