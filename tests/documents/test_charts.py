"""The charts: nothing is drawn wrong, outside, twice or over something else; what cannot be drawn is said."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.documents import charts, pdf
from grantapp.documents.charts import LABELS, WIDTH
from grantapp.domain.sections.funding import Post, SourceNature
from grantapp.services import demonstration
from tests.documents.making import deposit_of
from tests.documents.test_papers import demonstrated, plain

AT = datetime(2022, 3, 15, 11, tzinfo=UTC)
WINDOW = (date(2022, 2, 15), date(2022, 4, 29))
amounts = st.decimals(min_value="0.01", max_value="1e12", places=2)
days = st.dates(min_value=date(1800, 1, 1), max_value=date(2100, 12, 31))


def source(nature: str | None, amount: object) -> dict[str, object]:
    return {"nature": nature, "amount": None if amount is None else str(amount)}


def expense(post: str | None, amount: object, *, claimed: bool | None = True, on: date | None = None):
    planned = on.isoformat() if on else None
    return {"post": post, "amount": None if amount is None else str(amount), "claimed": claimed, "planned_on": planned}


def calendar(answers: dict[str, object]) -> charts.Timeline:
    return charts.calendar_chart(answers, window=WINDOW, at=AT, is_filed=True)


# ── sources of funds ─────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(amounts, min_size=1, max_size=13))
def test_the_parts_of_a_bar_make_the_whole_and_touch_without_overlapping(parts):
    segments = charts.stacked([(str(index), amount) for index, amount in enumerate(parts)])
    assert len(segments) == len(parts)
    assert sum(each.width for each in segments) == WIDTH
    assert sum(each.percent for each in segments) == 100
    edge = Decimal(0)
    for each in segments:
        assert each.x == edge and each.width >= 0
        edge += each.width
    assert len({each.key for each in segments}) == len(segments)


@given(st.lists(amounts, min_size=1, max_size=13))
def test_a_percent_is_never_a_point_away_from_the_truth(parts):
    for amount, percent in zip(parts, charts.shared_out(parts), strict=True):
        assert abs(amount * 100 / sum(parts) - percent) < 1


def test_the_sources_of_funds_are_grouped_by_nature_in_the_order_they_are_offered():
    rows = [source("loan", 100), source("grant", 250), source("loan", 50), source("own", 100)]
    drawn = charts.funding_chart(rows)
    assert [(each.label, each.amount, each.share[:2]) for each in drawn.segments] == [
        (SourceNature.GRANT.label, Decimal(250), "50"),
        (SourceNature.OWN.label, Decimal(100), "20"),
        (SourceNature.LOAN.label, Decimal(150), "30"),
    ]
    assert (drawn.total, drawn.notes) == (Decimal(500), ())
    for each in drawn.segments:
        assert each.label in drawn.summary and each.euros in drawn.summary


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Aucune ressource chiffrée"),
        ([source("own", 0), source("loan", None)], "Aucune ressource chiffrée"),
        ([source("own", 100), source("loan", -1)], "Une ressource est négative"),
    ],
)
def test_a_plan_that_cannot_be_drawn_is_said_in_a_sentence(rows, sentence):
    drawn = charts.funding_chart(rows)
    assert not drawn.is_drawn
    assert any(sentence in note for note in drawn.notes)


def test_rows_that_are_left_out_of_a_drawing_are_counted():
    drawn = charts.funding_chart([source("own", 100), source("loan", None), source(None, 5)])
    assert drawn.is_drawn
    assert plain(drawn.notes[0]) == "2 ressources sans montant ou sans nature ne sont pas dessinées."
    (note,) = charts.expenditure_chart([expense("studies", 1), expense("land", None)]).notes
    assert plain(note) == "1 dépense sans montant ou sans nature n'est pas dessinée."


def test_a_part_too_small_for_its_letter_goes_without_and_is_still_in_the_legend():
    tiny, large = charts.stacked([("petite", Decimal(1)), ("grande", Decimal(10_000))])
    assert (tiny.shows_key, large.shows_key) == (False, True)
    assert plain(tiny.share) == "< 1 %"


# ── expenditure ──────────────────────────────────────────────────────────────────────────────────────────────────

expenses = st.lists(
    st.builds(expense, st.sampled_from([each.value for each in Post]), amounts, claimed=st.sampled_from([True, False])),
    min_size=1,
    max_size=40,
)


@given(expenses)
def test_bars_are_in_proportion_inside_the_drawing_and_one_under_the_other(rows):
    drawn = charts.expenditure_chart(rows)
    assert sum(each.amount for each in drawn.bars) == sum(Decimal(row["amount"]) for row in rows)
    assert sum(each.claimed for each in drawn.bars) == sum(Decimal(row["amount"]) for row in rows if row["claimed"])
    longest = max(each.claimed_width + each.other_width for each in drawn.bars)
    dearest = max(each.amount for each in drawn.bars)
    assert LABELS + longest <= WIDTH - charts.AMOUNTS
    for index, each in enumerate(drawn.bars):
        assert each.claimed_width >= 0 and each.other_width >= 0
        assert each.y == index * charts.ROW and each.y + charts.ROW <= drawn.height
        expected = longest * each.amount / dearest
        assert abs(each.claimed_width + each.other_width - expected) <= Decimal("0.02")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Aucune dépense chiffrée"),
        ([expense("land", 0)], "Aucune dépense chiffrée"),
        ([expense("land", 10), expense("studies", -5)], "Une dépense est négative"),
    ],
)
def test_expenditure_that_cannot_be_drawn_is_said_in_a_sentence(rows, sentence):
    drawn = charts.expenditure_chart(rows)
    assert not drawn.is_drawn
    assert any(sentence in note for note in drawn.notes)


# ── calendar ─────────────────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.fixed_dictionaries(
        {
            "schedule.starts_on": days.map(date.isoformat),
            "schedule.ends_on": st.none() | days.map(date.isoformat),
            "pollution.management_plan_on": st.none() | days.map(date.isoformat),
            "schedule.contracts": st.lists(st.fixed_dictionaries({"signed_on": days.map(date.isoformat)}), max_size=9),
            "expenditure.lines": st.lists(
                st.builds(expense, st.sampled_from([each.value for each in Post]), amounts, on=days), max_size=9
            ),
        }
    )
)
def test_every_date_is_drawn_inside_the_calendar_and_in_order(answers):
    drawn = calendar(answers)
    if not drawn.is_drawn:  # the only dates there are contradict each other
        assert any("avant le début" in note for note in drawn.notes) and "Aucune date" in drawn.notes[-1]
        return
    assert drawn.filed_x is not None
    assert LABELS <= drawn.filed_x <= WIDTH
    for index, span in enumerate(drawn.spans):
        assert span.y == index * charts.ROW and span.y + charts.ROW <= drawn.height
        for x, width in span.marks:
            assert x >= LABELS and width >= charts.NARROWEST_SPAN and x + width <= WIDTH
        assert [x for x, _ in span.marks] == sorted(x for x, _ in span.marks)
        assert span.label in drawn.summary and span.text in drawn.summary
    places = [tick.x for tick in drawn.ticks]
    assert all(later - earlier >= 30 for earlier, later in pairwise(places))


def test_a_calendar_without_a_date_is_said_in_a_sentence():
    drawn = calendar({})
    assert not drawn.is_drawn
    assert "Aucune date" in drawn.notes[-1]


def test_an_end_before_the_beginning_is_not_drawn_and_said():
    drawn = calendar({"schedule.starts_on": "2022-06-01", "schedule.ends_on": "2022-05-01"})
    assert not drawn.is_drawn
    assert any("avant le début" in note for note in drawn.notes)


def test_a_day_alone_is_seen():
    drawn = calendar({"schedule.starts_on": "2022-06-01"})
    assert [plain(span.text) for span in drawn.spans] == [
        "du 15 février 2022 au 29 avril 2022",
        "début le 1er juin 2022",
    ]


def test_what_was_answered_but_is_not_asked_any_more_is_not_drawn():
    """The project file keeps every answer; the dossier shows those that are asked."""
    deposit = deposit_of(demonstration.project(), steps=("request", "funding"))
    drawn = charts.charts(deposit.content)
    assert drawn.funding.is_drawn
    assert not drawn.expenditure.is_drawn and not drawn.calendar.is_drawn


# ── drawn ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_drawing_has_a_name_and_says_in_words_what_it_shows():
    drawn = charts.charts(demonstrated().content)
    module = pdf.environment().get_template("macros/charts.html").module
    for name, chart in (("funding", drawn.funding), ("expenditure", drawn.expenditure), ("calendar", drawn.calendar)):
        html = str(getattr(module, name)(chart))
        assert html.count("<svg") == html.count("<title") == html.count("<desc") == 1
        assert str(chart.summary) in html.replace("&#39;", "'")
        assert "opacity" not in html and "style=" not in html


def test_a_drawing_that_is_not_made_leaves_its_sentence():
    module = pdf.environment().get_template("macros/charts.html").module
    html = str(module.funding(charts.funding_chart([])))
    assert "<svg" not in html and "Aucune ressource" in html
