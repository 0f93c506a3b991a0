"""Charts: how high bars are, and how dark cells."""

from decimal import Decimal

from portal.web.charts import Chart, Heat


def _chart(*values: int | Decimal | None) -> Chart:
    return Chart("Energy", [str(n) for n in range(len(values))], values, [str(v) for v in values], "x", 100)


def test_the_highest_bar_is_full_and_little_can_be_seen() -> None:
    chart = _chart(0, 1, None, Decimal(500), 1000, -5, 1000)
    assert chart.heights == [0, 2, 0, 50, 100, 0, 100]
    assert chart.highest == 4


def test_where_nothing_is_there_is_no_bar() -> None:
    for chart in (_chart(0, 0), _chart(None), _chart(-1, None)):
        assert (set(chart.heights), chart.highest) == ({0}, None)


def test_cells_are_as_dark_as_they_are_full() -> None:
    heat = Heat(["Mon"], ["00", "01"], [[0, 10]])
    assert [heat.level(value) for value in (0, 1, 2, 3, 9, 10)] == [0, 1, 1, 2, 5, 5]
    assert Heat([], ["00"], [[0]]).level(0) == 0
