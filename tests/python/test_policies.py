"""A policy written as a function acts where it says, pays through the ledger, sees what it may, and is the same everywhere."""

import datetime
import enum
import random
import time

import numpy as np
import pytest

import xianjie as xj
from sim.core.ledger import Fund
from sim.county import County, run_county, sample_values
from sim.scenario import restore_scenario, without_policy
from tests.experiments.loopback import Loopback
from tests.python.county import base, result

AMOUNT = 300.0
GENERATOR = np.random.default_rng(1)


@xj.policy(after="case_review", pays="county_floor")
def heating(county, pay, yuan=AMOUNT):
    """A subsidy for heating to who is on dibao."""
    if county.month in (11, 12, 1, 2):
        pay(county.register.dibao == 1, yuan)


def county_of(scenario, **options):
    return County(scenario.checked, sample_values(scenario.checked, 7, None), 7, 0, **options)


def made(function, **where):
    return xj.policy(**{"after": "dibao_payment", "pays": "county_floor", **where})(function)


def failing(function, **where):
    """The Error of a run whose policy fails in every replication."""
    with pytest.raises(xj.Error) as caught:
        (base() + made(function, **where)).run(1, workers=1)
    return caught.value


def with_money():
    """A county whose own money is more than the entitlements it has to keep some for, and does not all go into help."""
    none = [0.0] * 8
    return base().set(
        {"budget.county_floor": 100_000_000, "targeted_help.relief_menu": none, "targeted_help.development_menu": none}
    )


def pays_two(county, pay):
    pay([3, 5], [100.0, 40.0])


def test_money_moves_from_the_fund_to_households_and_the_books_close():
    def pays_in_february(county, pay):
        if county.month == 2:  # in January all that the county has is kept for entitlements
            pays_two(county, pay)

    plain, with_it = county_of(with_money()), county_of(with_money() + made(pays_in_february, after="relapse_records"))
    for each in (plain, with_it):
        each.step()
        each.step()
    one, two = plain.tables, with_it.tables
    weights = one["households"]["weight"][[3, 5]]
    total = 100.0 * weights[0] + 40.0 * weights[1]
    fund = Fund.COUNTY_FLOOR
    assert two["funds"]["balance"][fund] == pytest.approx(one["funds"]["balance"][fund] - total)
    for column in ("received", "transfers", "income_12"):
        moved = two["households"][column] - one["households"][column]
        assert moved[[3, 5]] == pytest.approx([100.0, 40.0]) and np.count_nonzero(moved) == 2, column
    assert two["lines"]["yuan"][-1] == pytest.approx(total) and two["lines"]["units"][-1] == weights.sum()


@pytest.mark.parametrize("after", ["dibao_payment", "close_accounts", "case_review"])
def test_what_is_paid_counts_as_income_of_its_month_wherever_in_the_month(after):
    plain, with_it = county_of(with_money()), county_of(with_money() + made(pays_two, after=after))
    for _ in range(3):
        plain.step()
        with_it.step()
        moved = with_it.tables["households"]["transfers"][[3, 5]] - plain.tables["households"]["transfers"][[3, 5]]
        assert moved == pytest.approx([100.0, 40.0])
    gap = with_it.tables["households"]["income_12"][[3, 5]] - plain.tables["households"]["income_12"][[3, 5]]
    assert gap[0] == pytest.approx(300.0, rel=0.2) and gap[1] == pytest.approx(120.0, rel=0.2)
    kept = with_it.tables["histories"]["income"][[3, 5]].sum(axis=1)
    assert kept == pytest.approx(with_it.tables["households"]["income_12"][[3, 5]])


def test_a_fund_refuses_what_it_does_not_hold_and_that_is_a_shortfall():
    def generous(county, pay):
        before = county.fund("county_floor")
        paid = pay(np.arange(len(county.households)), 1e6)
        assert not paid.all() and 0.0 <= county.fund("county_floor") <= before
        assert not pay([0], 1e12).any()

    found = county_of(base() + made(generous))
    found.step()
    assert found.tables["lines"]["unpaid"][-1] > 0.0
    assert ("county_floor", "policy_generous") in found.short_lines()


def writes_cash(county, pay):
    county.households.cash[0] = 1e6


def writes_column(county, pay):
    county.households["cash"] = 1e6


def opens_the_lock(county, pay):
    county.households.cash.flags.writeable = True


@pytest.mark.parametrize("function", [writes_cash, opens_the_lock])
@pytest.mark.parametrize("sees", ["records", "truth"])
def test_nobody_writes_to_cash_by_hand(function, sees):
    error = failing(function, sees=sees)
    assert "read-only" in error.english or "WRITEABLE" in error.english
    assert "没有算完" in error.chinese


@pytest.mark.parametrize(
    ("function", "english", "chinese"),
    [
        (writes_column, "cannot be written to", "不能直接改写"),
        (lambda county: county.households.income_12, "is the truth", "是实际情况"),
        (lambda county: county.households.cahs, "did you mean 'cash'?", "没有这一列"),
        (lambda county: county.housholds, "did you mean 'households'?", "看不到这张表"),
        (lambda county: county.histories, "sees no table 'histories'", "看不到这张表"),
        (lambda county: county.setting("farming.labour_elasticity"), "knows no lever", "不掌握这个政策措施"),
        (lambda county: county.fund("floor"), "there is no fund", "没有这项资金"),
        (lambda county, pay: pay([-1], 5.0), "rows are numbers", "rows 应是"),
        (lambda county, pay: pay([0.5], 5.0), "rows are numbers", "rows 应是"),
        (lambda county, pay: pay([0, 1], [5.0, 5.0, 5.0]), "one for each of 2 rows", "给 2 行各一个"),
        (lambda county, pay: pay([0], -5.0), "below 0 or unknown", "不能为负"),
        (lambda county, pay: pay([0], np.nan), "below 0 or unknown", "不能为负"),
        (lambda county, draw: draw("a", [0], every="week"), "month, year", "month、year"),
    ],
)
def test_what_a_policy_may_not_do_is_said_in_both_languages(function, english, chinese):
    policy = xj.policy(after="dibao_payment", pays="county_floor", name="wrong")(function)
    found = county_of(base() + policy)
    with pytest.raises(Exception, match=".") as caught:
        found.step()
    assert english in str(caught.value) and chinese in str(caught.value)
    assert "in policy 'wrong', month 2021-01" in caught.value.__notes__


def test_records_and_truth_differ_in_what_is_seen():
    def looks(county):
        assert county.year == 2021 and county.date == f"2021-{county.month:02d}"
        assert county.setting("public_posts.count") > 0
        assert len(county.register) == len(county.households) == len(county.register.dibao)
        assert "at_risk" in dir(county.households) and county.households.holdings.shape[1] == 6
        assert county.households.at_risk.sum() > 0

    found = county_of(base() + made(looks, sees="truth"))
    found.step()
    assert "at_risk" in failing(lambda county: county.households.at_risk, name="x").english


@pytest.mark.parametrize(
    ("options", "english"),
    [
        ({"after": "case_revue"}, "did you mean 'case_review'?"),
        ({"pays": "county_flor"}, "did you mean 'county_floor'?"),
        ({"pays": "medical_insurance"}, "no such fund with a budget"),
        ({"pays": "households"}, "no such fund with a budget"),
        ({"pays": "villages"}, "there are county_floor, bridging, employment"),
        ({"sees": "everything"}, "'records' or 'truth'"),
        ({"name": "a b"}, "no name for a policy"),
    ],
)
def test_a_place_or_a_fund_that_there_is_not_is_refused_at_once(options, english):
    with pytest.raises(xj.Error) as caught:
        made(pays_two, **options)
    assert english in caught.value.english and caught.value.chinese


def test_parameters_are_handed_over_by_name():
    with pytest.raises(xj.Error, match="defaults"):
        made(lambda county, money: None, name="x")
    with pytest.raises(xj.Error, match="county"):
        made(lambda pay: None, name="x")
    with pytest.raises(xj.Error, match="another"):
        _ = base() + heating + heating


def test_draws_have_an_address():
    def notes(county, draw, before=[]):  # noqa: B006
        drawn = draw("lottery", [4, 9, 4])
        assert drawn[0] == drawn[2] != drawn[1] and ((drawn > 0) & (drawn < 1)).all()
        assert (draw("lottery", [4, 9]) == drawn[:2]).all() and (draw("other", [4]) != drawn[:1]).all()
        before.append((drawn[0], draw("lottery", [4], every="year")[0], draw("lottery", [4], every="life")[0]))
        assert before[0][1:] == before[-1][1:] and (len(before) == 1 or before[0][0] != before[-1][0])

    found = county_of(base() + made(notes))
    for _ in range(2):
        found.step()

    @xj.policy(after="dibao_payment", pays="county_floor")
    def lottery(county, pay, draw):
        pay(draw("lottery") < 0.02, 50.0)

    first, second = county_of(with_money() + lottery), county_of(with_money().set({"public_posts.count": 2000}) + lottery)
    for each in (first, second):
        each.step()
    assert first.tables["lines"]["yuan"][-1] == second.tables["lines"]["yuan"][-1] > 0.0


def test_what_a_policy_remembers_does_not_pass_to_the_next_replication():
    calls = []

    def remembers(county, pay, calls=calls):
        calls.append(county.date)
        pay([len(calls)], 10.0 * len(calls))

    scenario = (base() + made(remembers)).checked
    assert run_county(scenario, None, 7, 0).digest == run_county(scenario, None, 7, 0).digest
    assert calls == []


def fingerprint(function):
    return made(function, name="x").kept().fingerprint


def helper(x):
    return x + 1


class Colour(enum.Enum):
    RED = 1


def test_the_fingerprint_is_of_all_that_a_policy_depends_on():
    def with_(value, default=0, of_all=helper):
        def inner(county, pay, amount=default):
            pay([0], amount + value + of_all(1) + AMOUNT)

        return inner

    same = fingerprint(with_(1))
    assert same == fingerprint(with_(1)) and len(same) == 32
    others = [
        with_(2),
        with_(1.0),
        with_(1, 5),
        with_(np.arange(3)),
        with_("a"),
        with_({"a": [1, (2, None)]}),
        with_(np.float32(1)),
    ]
    assert len({same, *map(fingerprint, others)}) == 8
    assert fingerprint(with_(1, of_all=lambda x: x + 2)) != same
    texts = [
        "def f(county, pay): pay([0], RATE)",
        "\n\ndef f(county, pay):\n    pay([0], RATE)",
        "def f(county, pay): pay([1], RATE)",
    ]
    made_of = []
    for text in texts:
        for rate in (1, 2):
            room = {"RATE": rate}
            exec(text, room)
            made_of.append(fingerprint(room["f"]))
    assert made_of[:2] == made_of[2:4] and len(set(made_of)) == 4  # where it is written does not matter; what it says does


@pytest.mark.parametrize(
    "function",
    [
        lambda county: np.random.default_rng(1).random(),
        lambda county: random.random(),
        lambda county: time.time(),
        lambda county: datetime.datetime.now(),
        lambda county: open("/etc/hostname").read(),
        lambda county, generator=GENERATOR: generator.normal(),
        lambda county: [hash(county) for _ in range(2)],
        lambda county: __import__("os").urandom(3),
    ],
)
def test_what_differs_from_time_to_time_is_refused(function):
    with pytest.raises(xj.Error, match="draw at random by draw"):
        _ = base() + made(function, name="x")


def test_a_policy_that_was_changed_is_not_joined_and_one_that_cannot_be_recognised_never_is(tmp_path):
    def giving(yuan, thing=None):
        def gives(county, pay, thing=thing):
            pay([1, 2], yuan)

        return base() + made(gives)

    first = giving(5).run(1, workers=1, seed=7, out=tmp_path / "known")
    again = giving(5).run(2, workers=1, seed=7, out=tmp_path / "known")  # made anew, and recognised
    assert (first.replications, again.replications) == (2, 2)  # the same folder
    assert first.manifest["scenario"]["policies"][0]["source"].strip().startswith("def gives")
    with pytest.raises(xj.Error, match="fingerprint was"):
        giving(6).run(2, workers=1, seed=7, out=tmp_path / "known")
    with pytest.raises(xj.Error, match="may not be joined"):
        base().set({}, name="gives").run(2, workers=1, seed=7, out=tmp_path / "known")
    strange = giving(5, thing=object())
    strange.run(1, workers=1, seed=7, out=tmp_path / "strange")
    with pytest.raises(xj.Error, match="cannot be recognised again"):
        strange.run(2, workers=1, seed=7, out=tmp_path / "strange")
    with pytest.raises(Exception, match="written in Python"):
        restore_scenario(first.manifest["scenario"])


def test_policies_are_compared_and_swept(tmp_path):
    found = xj.compare(result(), base() + heating, 2, seed=7, workers=1)
    money = found.frame("money").set_index(["fund", "use"])
    assert money.loc[("county_floor", "policy_heating"), "difference"] > 0
    assert "heating" in found._repr_html_() and "policy_heating" in (base() + heating)._repr_html_()
    swept = xj.sweep(base() + xj.plan() + heating, {"budget.county_floor": [1e6, 2e7]}, 1, workers=1, seed=7)
    assert swept.manifest["scenarios"][0]["policies"][0]["name"] == "heating"
    assert without_policy((base() + heating).checked).policies == ()


def test_a_policy_takes_at_most_three_percent_of_a_replication():
    whole = xj.scenario("baseline").set(months=12) + heating
    county_of(whole).step()  # compiled and warm
    found = county_of(whole, profile=True)
    found.run()
    assert found.timings["heating"] <= 0.03 * sum(found.timings.values())


@pytest.mark.deep
def test_a_policy_is_the_same_in_worker_processes_and_on_a_cluster():
    scenario = base() + heating
    here = scenario.run(4, workers=1, seed=7)
    assert scenario.run(4, workers=2, seed=7).hash == here.hash != result().hash
    with Loopback(1) as there:
        assert scenario.run(4, seed=7, scheduler=there.address).hash == here.hash
    with pytest.raises(xj.Error, match="no Dask scheduler answers"):
        scenario.run(1, seed=7, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(xj.Error, match="Dask cluster has the workers"):
        scenario.run(1, workers=2, scheduler="tcp://127.0.0.1:9")
