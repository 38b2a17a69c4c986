"""What each role allows; the table of real requests is `tests/web/test_access_table.py`."""

from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.access import ALLOWED, REFUSALS, Act, allowed, grantable, roles_for
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


ROLES = st.frozensets(st.sampled_from(Role), min_size=1)


@given(ROLES)
def test_nobody_gives_themselves_more_than_they_have(own: frozenset[Role]):
    assert allowed(own) == allowed(own | frozenset(grantable(own, to_oneself=True)))


@given(ROLES)
def test_only_who_engages_the_organisation_lets_another_engage_it(own: frozenset[Role]):
    engaging = {role for role in Role if Act.FILE in allowed([role])}
    assert not engaging & set(grantable(own)) or Act.FILE in allowed(own)


def test_who_may_give_what():
    assert grantable([Role.MANAGER]) == (Role.MANAGER, Role.CONTRIBUTOR, Role.REVIEWER, Role.ADMINISTRATOR)
    assert grantable([Role.ADMINISTRATOR]) == (Role.CONTRIBUTOR, Role.REVIEWER, Role.ADMINISTRATOR)
    assert grantable([Role.ADMINISTRATOR], to_oneself=True) == (Role.ADMINISTRATOR,)
    assert grantable([Role.DIRECTOR]) == tuple(Role)
    assert grantable([Role.CONTRIBUTOR, Role.REVIEWER]) == ()
