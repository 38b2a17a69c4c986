"""Start of works: which acts count, and where the first of them stands beside the filing."""

from datetime import date, datetime

import pytest

from grantapp.domain.derived import FILED_AT
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.works import Contract, ContractNature
from grantapp.domain.work_start import Place, work_start_of
from grantapp.french import PARIS

FILED = datetime(2022, 4, 12, 15, tzinfo=PARIS)
DAY, EVE, NEXT = date(2022, 4, 12), date(2022, 4, 11), date(2022, 4, 13)


def signed(nature, on, purpose="Acte"):
    return Contract(purpose=purpose, partner="Entreprise Exemple", nature=nature, signed_on=on)


def found(*contracts, starts_on=date(2022, 9, 15), kind=RequestKind.WORKS, **changes):
    facts = {
        FILED_AT: FILED,
        "request.kind": kind,
        "schedule.starts_on": starts_on,
        "schedule.has_contracts": bool(contracts),
        **({"schedule.contracts": contracts} if contracts else {}),
        **changes,
    }
    return work_start_of({name: value for name, value in facts.items() if value is not None})


@pytest.mark.parametrize(("on", "place"), [(EVE, Place.BEFORE), (DAY, Place.SAME_DAY), (NEXT, Place.AFTER)])
def test_works_signed_for_are_placed_beside_the_filing(on, place):
    result = found(signed(ContractNature.WORKS, on))
    assert (result.earliest.on, result.place) == (on, place)


@pytest.mark.parametrize(("on", "place"), [(EVE, Place.BEFORE), (DAY, Place.SAME_DAY), (NEXT, Place.AFTER)])
def test_a_planned_start_counts_like_an_act(on, place):
    assert found(starts_on=on).place is place


def test_the_day_is_that_of_paris():
    late = datetime(2022, 4, 12, 22, 30, tzinfo=PARIS)
    assert found(signed(ContractNature.WORKS, DAY), **{FILED_AT: late}).place is Place.SAME_DAY


@pytest.mark.parametrize("nature", [ContractNature.LAND, ContractNature.STUDIES, ContractNature.OTHER])
def test_land_studies_and_permits_are_listed_and_do_not_count(nature):
    result = found(signed(nature, EVE))
    assert result.place is Place.AFTER and [act.counts for act in result.acts] == [False, True]
    assert any("Ne compte pas" in line for line in result.lines)


@pytest.mark.parametrize(
    ("kind", "place"),
    [(RequestKind.STUDIES, Place.BEFORE), (RequestKind.BOTH, Place.BEFORE), (RequestKind.WORKS, Place.AFTER)],
)
def test_studies_count_when_studies_are_to_be_aided(kind, place):
    assert found(signed(ContractNature.STUDIES, EVE), kind=kind).place is place


def test_acts_come_in_the_order_of_their_dates_and_the_first_that_counts_decides():
    result = found(
        signed(ContractNature.WORKS, NEXT, "Marché"),
        signed(ContractNature.LAND, EVE, "Promesse"),
        signed(ContractNature.WORKS, DAY, "Devis"),
    )
    assert [act.on for act in result.acts] == sorted(act.on for act in result.acts)
    assert result.earliest.label.startswith("Devis")


def test_the_strictest_readings_are_said():
    lines = " ".join(found(signed(ContractNature.STUDIES, EVE, "Diagnostic")).lines)
    assert "préfecture de Vaucluse" in lines and "devis" in lines
    assert "Le décret de 2018" in lines and "Diagnostic" in lines
    assert "Le décret de 2018" not in " ".join(found(signed(ContractNature.STUDIES, NEXT)).lines)


@pytest.mark.parametrize("absent", ["request.kind", "schedule.starts_on", "schedule.has_contracts", FILED_AT])
def test_the_place_waits_for_what_may_be_earlier(absent):
    result = found(**{absent: None})
    assert result.place is None and absent in result.missing


def test_an_act_without_date_or_nature_may_be_earlier():
    for act in (signed(None, NEXT), signed(ContractNature.WORKS, None)):
        result = found(act)
        assert (result.place, result.missing) == (None, ("schedule.contracts",))


def test_works_signed_for_before_the_filing_stay_before_whatever_is_missing():
    result = found(signed(ContractNature.WORKS, EVE), signed(None, None), starts_on=None)
    assert result.place is Place.BEFORE and result.missing
