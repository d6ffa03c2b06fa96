"""Indicators: what a planner watches month by month, each a ratio of two measures."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.core.inputs import yaml_file
from sim.core.inputs.parameters import load_all
from sim.goals.measure import Measure

YEAR = 12
QUARTER = 3


@dataclass(frozen=True)
class Indicator:
    """A series by month. ``window``: the measure of the month, the sum of twelve over that of twelve (year) or over the last month (flow).

    ``factor`` multiplies the ratio.
    ``per`` is the denominator, None for a plain sum. A ratio of nothing to nothing is missing (NaN), not 0. ``of_places``: about
    places or enterprises, so that it means nothing for a segment. ``said``: its definition, where it is no ratio of measures.
    """

    id: str
    name: dict[str, str]
    unit: str
    measure: Measure
    per: Measure | None = None
    window: str = "month"
    factor: float = 1.0
    headline: bool = False
    banded: bool = False
    threshold_of: str | None = None
    of_places: bool = False
    said: dict[str, str] | None = None

    @property
    def definition(self) -> dict[str, str]:
        """What is added up, over which time, and by what it is divided; in both languages."""
        if self.said is not None:
            return self.said
        above, below = measure_names()[self.measure.name.lower()], self.denominator
        summed = self.window != "month"
        zh = f"{above['zh']}，近12个月合计" if summed else f"月末：{above['zh']}"
        en = f"{above['en']}; summed over twelve months" if summed else f"at the month's end: {above['en']}"
        if below is not None:
            zh, en = f"{zh}；除以：{below['zh']}", f"{en}; divided by: {below['en']}"
        return _both(f"{zh}。", f"{en[0].upper()}{en[1:]}.")

    @property
    def denominator(self) -> dict[str, str] | None:
        """What is divided by, in both languages; None for a plain sum, and for what ``said`` defines."""
        if self.per is None or self.said is not None:
            return None
        below = measure_names()[self.per.name.lower()]
        return (
            _both(f"{below['zh']}，近12个月合计", f"{below['en']}, summed over twelve months") if self.window == "year" else below
        )

    @property
    def threshold(self) -> float | None:
        """The level that a goal sets, by its name in ``thresholds.yaml``; None if there is none."""
        if self.threshold_of is None:
            return None
        return float(load_all().parameters[f"thresholds.{self.threshold_of}"].value)


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


@cache
def measure_names() -> dict[str, dict[str, str]]:
    """What each measure adds up, by its name in small letters: ``measures.yaml``."""
    return {name: dict(text) for name, text in yaml_file.read_mapping(Path(__file__).with_name("measures.yaml")).items()}


M = Measure
_LIST = (
    Indicator("rural_income", _both("农村居民人均可支配收入（近12个月）", "Rural income per head, twelve months"), "yuan", M.INCOME_12, M.PERSONS, headline=True, banded=True),
    Indicator("relapse_rate", _both("实际返贫率（扣除刚性支出）", "Relapse rate net of rigid spending, true"), "share", M.BELOW, M.REGISTERED, headline=True, banded=True, threshold_of="relapse_share"),
    Indicator("relapse_rate_income", _both("实际返贫率（仅按收入）", "Relapse rate by income alone, true"), "share", M.BELOW_INCOME, M.REGISTERED),
    Indicator("relapse_spell", _both("连续三个月返贫率", "Relapse rate, spells of three months"), "share", M.BELOW_SPELL, M.REGISTERED),
    Indicator("entered_year", _both("近12个月实际新返贫户占脱贫户比例", "Registered households that fell below in twelve months, true"), "share", M.ENTERED, M.REGISTERED_HOUSEHOLDS, "flow", said=_both("近12个月内新低于标准（口径同R3）的脱贫户次，除以月末脱贫户。", "Entries of registered households below, as R3 counts, in twelve months; divided by registered households at the month's end.")),
    Indicator("relapse_recorded", _both("台账返贫率", "Relapse rate on file"), "share", M.REPORTED_BELOW, M.REGISTERED, banded=True),
    Indicator("relapse_polished", _both("考核压力下未计入台账的返贫", "Fallen on file, left out of the count under assessment"), "share", M.POLISHED, M.REGISTERED),
    Indicator("relapse_undetected", _both("未被发现的返贫率", "Relapse never identified"), "share", M.UNDETECTED, M.REGISTERED),
    Indicator("below_inherited", _both("期初已低于标准", "Below since before 2021"), "share", M.BELOW_INHERITED, M.REGISTERED),
    Indicator("registered_income", _both("脱贫人口人均纯收入（近12个月）", "Income per registered person, twelve months"), "yuan", M.REGISTERED_INCOME_12, M.REGISTERED, banded=True),
    Indicator("poorest_income", _both("期初低保脱贫人口人均收入（近12个月）", "Income per registered person on dibao at the start, twelve months"), "yuan", M.POOREST_INCOME_12, M.POOREST),
    Indicator("at_risk_share", _both("实际有返贫风险的脱贫人口占比", "Registered persons at risk, true"), "share", M.AT_RISK_REGISTERED, M.REGISTERED, banded=True),
    Indicator("on_file_share", _both("监测对象占脱贫人口比例（含风险已消除）", "Registered persons listed for monitoring, risk eliminated or not"), "share", M.ON_FILE_REGISTERED, M.REGISTERED),
    Indicator("monitored_share", _both("风险未消除的监测对象占脱贫人口比例", "Registered persons under monitoring, risk not eliminated"), "share", M.MONITORED_REGISTERED, M.REGISTERED, banded=True),
    Indicator("on_file_persons", _both("监测对象人数（含风险已消除）", "Persons listed for monitoring, risk eliminated or not"), "persons", M.ON_FILE),
    Indicator("listed_unstable_share", _both("监测对象中脱贫不稳定户占比", "Lifted but unstable, of persons listed"), "share", M.LISTED_UNSTABLE, M.LISTED),
    Indicator("listed_marginal_share", _both("监测对象中边缘易致贫户占比", "Marginal, of persons listed"), "share", M.LISTED_MARGINAL, M.LISTED),
    Indicator("listed_sudden_share", _both("监测对象中突发严重困难户占比", "Hit by a sudden hardship, of persons listed"), "share", M.LISTED_SUDDEN, M.LISTED),
    Indicator("monitored_persons", _both("风险未消除的监测对象人数", "Persons under monitoring, risk not eliminated"), "persons", M.MONITORED),
    Indicator("intake_year", _both("近12个月新识别户数", "Households identified in twelve months"), "households", M.IDENTIFIED, None, "year", banded=True),
    Indicator("identification_delay", _both("从发生到识别的月数", "Months from onset to identification"), "months", M.DELAY, M.IDENTIFIED, "year", said=_both("近12个月新识别户从风险发生到识别的平均月数；评议后未纳入的，从可以再次申报起算。", "Months from the onset of the risk to identification, mean of the households identified in twelve months; where deliberation had turned one down, from when it may be taken up again.")),
    Indicator("eliminated_share", _both("识别满两年的监测户中风险消除比例", "Cases two years old whose risk was eliminated within them"), "share", M.ELIMINATED, M.CASES, banded=True),
    Indicator("eliminated_on_file", _both("监测对象中风险已消除比例", "Persons listed for monitoring whose risk was eliminated"), "share", M.ON_FILE_ELIMINATED, M.ON_FILE),
    Indicator("eliminated_at_risk", _both("已消除风险户中实际仍有风险的比例", "Of those eliminated, truly at risk"), "share", M.ELIMINATED_AT_RISK, M.ELIMINATED),
    Indicator("waiting_cases", _both("尚无帮扶措施的监测户", "Cases without a measure"), "households", M.WAITING),
    Indicator("waiting_help", _both("排队等待的帮扶", "Help packages in the queue"), "packages", M.WAITING_HELP),
    Indicator("dibao_persons", _both("低保人口", "Dibao persons"), "persons", M.DIBAO),
    Indicator("dibao_coverage", _both("脱贫人口兜底率", "Registered persons on dibao"), "share", M.DIBAO_REGISTERED, M.REGISTERED, banded=True),
    Indicator("dibao_top_up", _both("低保月人均补差", "Dibao per recipient and month"), "yuan/month", M.DIBAO_YUAN, M.DIBAO),
    Indicator("dibao_outlay", _both("低保支出（近12个月）", "Dibao outlay, twelve months"), "yuan", M.DIBAO_YUAN, None, "year"),
    Indicator("wage_share", _both("工资性收入占比（近12个月）", "Share of wages in income, twelve months"), "share", M.WAGES, M.INCOME, "year"),
    Indicator("registered_wage_share", _both("脱贫人口工资性收入占比（近12个月）", "Share of wages in the income of registered persons, twelve months"), "share", M.REGISTERED_WAGES, M.REGISTERED_INCOME, "year"),
    Indicator("business_share", _both("经营净收入占比（近12个月）", "Share of business in income, twelve months"), "share", M.BUSINESS, M.INCOME, "year"),
    Indicator("transfer_share", _both("转移净收入占比（近12个月）", "Share of transfers in income, twelve months"), "share", M.TRANSFERS, M.INCOME, "year"),
    Indicator("own_rigid_spending", _both("脱贫人口人均自付刚性支出（近12个月）", "Self-paid rigid spending per registered person, twelve months"), "yuan", M.REGISTERED_RIGID, M.REGISTERED, "year over month"),
    Indicator("debt_per_head", _both("人均负债", "Debt per head"), "yuan", M.DEBT, M.PERSONS),
    Indicator("posts_filled", _both("公益岗位在岗人数", "Public-welfare posts filled"), "persons", M.POSTS, banded=True),
    Indicator("registered_outside", _both("脱贫劳动力外出务工人数", "Registered persons working outside"), "persons", M.OUTSIDE, banded=True),
    Indicator("registered_local", _both("脱贫劳动力就近务工人数", "Registered persons in local firms"), "persons", M.LOCAL, banded=True),
    Indicator("registered_persons", _both("脱贫人口", "Registered persons"), "persons", M.REGISTERED),
    Indicator("rural_persons", _both("农村常住人口", "Rural persons"), "persons", M.PERSONS),
    Indicator("employed_share", _both("有劳动能力的脱贫人口就业率（含务农）", "Registered persons able to work who are in work"), "share", M.WORKING, M.ABLE),
    Indicator("stable_work_share", _both("有务工意愿的脱贫劳动力本年务工满六个月占比", "Registered persons wishing paid work with half a year of it since January"), "share", M.PAID_HALF_YEAR, M.PAID_WORK_WISHED),
    Indicator("idle_households", _both("有劳动力的零就业脱贫户", "Registered households able to work without work"), "households", M.IDLE_HOUSEHOLDS),
    Indicator("idle_share", _both("零就业户占有劳动力脱贫户比例", "The same, of those able to work"), "share", M.IDLE_HOUSEHOLDS, M.ABLE_HOUSEHOLDS),
    Indicator("dibao_exclusion", _both("实际应保未保率", "Truly eligible persons without dibao"), "share", M.ELIGIBLE_UNSERVED, M.ELIGIBLE),
    Indicator("dibao_inclusion", _both("实际错保率", "Dibao persons not truly eligible"), "share", M.SERVED_INELIGIBLE, M.DIBAO),
    Indicator("reimbursed_ordinary", _both("脱贫人口普通住院报销比例（近12个月）", "Ordinary hospital costs of registered persons reimbursed, twelve months"), "share", M.REIMBURSED_ORDINARY, M.PROMISED_ORDINARY, "year"),
    Indicator("reimbursed_major", _both("脱贫人口大病住院报销比例（近12个月）", "Costs of major illness of registered persons reimbursed, twelve months"), "share", M.REIMBURSED_MAJOR, M.PROMISED_MAJOR, "year"),
    Indicator("reimbursed_bills", _both("脱贫人口住院总费用报销比例（近12个月）", "Whole hospital bills of registered persons reimbursed, twelve months"), "share", M.REIMBURSED, M.BILLED, "year"),
    Indicator("burdened_students", _both("仍有自付的零负担学生", "Students of the zero-burden list who pay"), "students", M.BURDENED_STUDENTS),
    Indicator("poor_students", _both("零负担名单在校学生", "Students of the zero-burden list in school"), "students", M.POOR_STUDENTS),
    Indicator("tap_water", _both("农村自来水普及率", "Rural households with tap water"), "share", M.TAP_HOUSEHOLDS, M.VILLAGE_HOUSEHOLDS, of_places=True),
    Indicator("enclaves_landed", _both("近12个月落地飞地项目", "Enclave projects landed in twelve months"), "projects", M.LANDED, None, "year", of_places=True),
    Indicator("enclaves_producing", _both("投产飞地项目", "Enclave projects producing"), "projects", M.PRODUCING, of_places=True),
    Indicator("enclave_registered", _both("飞地吸纳脱贫劳动力", "Registered persons employed by enclave projects"), "persons", M.ENCLAVE_REGISTERED, of_places=True),
    Indicator("township_revenue", _both("乡镇财政收入（本年累计）", "Township revenue since January"), "yuan", M.TOWNSHIP_REVENUE, of_places=True),
    Indicator("township_self_sufficiency", _both("乡镇财政自给率（本年累计）", "Township revenue relative to need since January"), "share", M.TOWNSHIP_REVENUE, M.TOWNSHIP_NEED, of_places=True),
    Indicator("processors", _both("农产品加工企业", "Processors"), "enterprises", M.PROCESSORS, of_places=True),
    Indicator("above_scale", _both("规上加工企业", "Processors above scale"), "enterprises", M.ABOVE_SCALE, of_places=True),
    Indicator("leading_firms", _both("龙头企业", "Leading firms"), "enterprises", M.LEADING_FIRMS, of_places=True),
    Indicator("cooperatives", _both("农民合作社", "Cooperatives"), "enterprises", M.COOPERATIVES, of_places=True),
    Indicator("family_farms", _both("家庭农场", "Family farms"), "enterprises", M.FAMILY_FARMS, of_places=True),
    Indicator("tight_firms", _both("紧密联结龙头企业", "Leading firms with tight linkage"), "enterprises", M.TIGHT_FIRMS, of_places=True),
    Indicator("cluster_revenue", _both("集聚区主营收入（上一考核年）", "Sales of the processing cluster in the year counted last"), "yuan", M.CLUSTER_REVENUE, of_places=True),
    Indicator("enterprise_jobs", _both("经营主体与飞地项目用工", "Jobs in village enterprises and enclave projects"), "persons", M.FIRM_JOBS, of_places=True),
    Indicator("enterprise_value_added", _both("经营主体与飞地项目增加值（近12个月）", "Value added of village enterprises and enclave projects, twelve months"), "yuan", M.FIRM_VALUE_ADDED, None, "year", of_places=True),
    Indicator("assets_operating", _both("正常运营的帮扶资产占比", "Village assets operating"), "share", M.ASSETS_OPERATING, M.ASSETS, of_places=True),
    Indicator("asset_arrears", _both("拖欠村集体的资产收益", "Returns owed to villages"), "yuan", M.ASSET_ARREARS, of_places=True),
    Indicator("grain", _both("粮食产量（近12个月）", "Grain, twelve months"), "t", M.GRAIN, None, "year", of_places=True),
    Indicator("vegetables", _both("设施蔬菜产量（近12个月）", "Greenhouse vegetables, twelve months"), "t", M.VEGETABLES, None, "year", of_places=True),
    Indicator("flowers", _both("鲜切花产量（近12个月）", "Cut flowers, twelve months"), "stems", M.FLOWERS, None, "year", of_places=True),
    Indicator("hogs", _both("生猪出栏（近12个月）", "Hogs sold, twelve months"), "heads", M.HOGS, None, "year", of_places=True),
    Indicator("cattle", _both("肉牛出栏（近12个月）", "Cattle sold, twelve months"), "heads", M.CATTLE, None, "year", of_places=True),
    Indicator("fruit", _both("水果产量（近12个月）", "Fruit, twelve months"), "t", M.FRUIT, None, "year", of_places=True),
    Indicator("greenhouses_built", _both("本年农户新建设施农业面积", "Greenhouse land built by households since January"), "mu", M.GREENHOUSES_BUILT, of_places=True),
    Indicator("greenhouses_public", _both("本年公建设施农业面积", "Greenhouse land built with public money since January"), "mu", M.GREENHOUSES_PUBLIC, of_places=True),
    Indicator("farm_sales", _both("农户农产品销售额（近12个月）", "Sales of household farms, twelve months"), "yuan", M.FARM_SALES, None, "year", of_places=True),
    Indicator("farm_net", _both("农户农业净收入（近12个月）", "Net income of household farms, twelve months"), "yuan", M.FARM_NET, None, "year", of_places=True),
)  # fmt: skip

INDICATORS: dict[str, Indicator] = {indicator.id: indicator for indicator in _LIST}

#: Indicators of the whole county that are no ratio of measures.
COUNTY_ONLY: dict[str, Indicator] = {
    indicator.id: indicator
    for indicator in (
        Indicator("relapse_divergence", _both("返贫率：台账减实际", "Relapse rate on file less the true one"), "share", M.REPORTED_BELOW, M.REGISTERED, said=_both("台账返贫率减实际返贫率（均除以脱贫人口）：负数表示台账少记。", "The relapse rate on file less the true one, both of registered persons: below 0 the file knows of fewer.")),
        Indicator("registered_income_ratio", _both("脱贫人口收入与农村平均之比", "Registered over rural income per head"), "ratio", M.REGISTERED_INCOME_12, said=_both("脱贫人口近12个月人均纯收入除以农村居民近12个月人均可支配收入。", "Income per registered person of twelve months, divided by rural income per head of twelve months.")),
        Indicator("rural_income_growth", _both("农村居民收入同比增速（近12个月）", "Growth of rural income over twelve months"), "share", M.INCOME_12, said=_both("农村居民近12个月人均可支配收入除以上年同期，减1。", "Rural income per head of twelve months, divided by that of a year before, less 1.")),
        Indicator("quarter_income_growth", _both("农村居民当季收入同比增速", "Growth of a quarter's rural income over a year"), "share", M.INCOME, said=_both("农村居民近三个月人均收入除以上年同期，减1。", "Rural income per head of three months, divided by that of a year before, less 1.")),
        Indicator("quarter_income", _both("农村居民近三个月人均收入", "Rural income per head of three months"), "yuan", M.INCOME, said=_both("农村居民近三个月人均可支配收入。", "Rural income per head of the three months that end with each.")),
        Indicator("self_sufficient_townships", _both("财政自给自足乡镇", "Townships that pay for themselves, since January"), "townships", M.TOWNSHIP_REVENUE, of_places=True, said=_both("本年累计财政收入不低于支出需要的乡镇数。", "Townships whose revenue since January covers what they need.")),
        Indicator("province_income", _both("全省农村居民收入（2020年=1）", "Province's rural income, 2020 = 1"), "index", M.INCOME_12, said=_both("全省农村居民人均可支配收入除以其2020年水平。", "Rural income per head of the province, divided by its level of 2020.")),
    )
}  # fmt: skip


def _sum_of_twelve(series: np.ndarray) -> np.ndarray:
    """Sums of twelve months ending with each month; the first eleven cover what there is."""
    total = np.cumsum(series, axis=0)
    total[YEAR:] -= total[:-YEAR].copy()
    return total


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below != 0.0, above / np.where(below != 0.0, below, 1.0), np.nan)


def series_of(indicator: Indicator, measures: np.ndarray) -> np.ndarray:
    """An indicator over measures of shape (months, …, measures): float64 of shape (months, …)."""
    above = measures[..., indicator.measure]
    below = None if indicator.per is None else measures[..., indicator.per]
    if indicator.window != "month":
        above = _sum_of_twelve(above)
        if below is not None and indicator.window == "year":
            below = _sum_of_twelve(below)
    return indicator.factor * (above if below is None else _ratio(above, below))


def county_series(townships: np.ndarray, province: np.ndarray) -> dict[str, np.ndarray]:
    """All indicators of the county; ``townships`` (months from January 2020, townships, measures), ``province`` (months)."""
    measures = townships.sum(axis=1)
    found = {name: series_of(indicator, measures) for name, indicator in INDICATORS.items()}
    found["relapse_divergence"] = found["relapse_recorded"] - found["relapse_rate"]
    found["registered_income_ratio"] = found["registered_income"] / found["rural_income"]
    found["rural_income_growth"] = _growth(found["rural_income"], YEAR)
    found["quarter_income"] = _quarter(measures)
    found["quarter_income_growth"] = _growth(found["quarter_income"], QUARTER)
    found["province_income"] = province
    needy = townships[..., M.TOWNSHIP_NEED] > 0.0
    pays = townships[..., M.TOWNSHIP_REVENUE] >= townships[..., M.TOWNSHIP_NEED]
    found["self_sufficient_townships"] = (needy & pays).sum(axis=1).astype(float)
    return found


def _quarter(measures: np.ndarray) -> np.ndarray:
    """Income per head of the three months ending with each."""
    income = measures[:, Measure.INCOME] / measures[:, Measure.PERSONS]
    total = np.cumsum(income)
    total[QUARTER:] -= total[:-QUARTER].copy()
    return total


def _growth(series: np.ndarray, window: int) -> np.ndarray:
    """Growth of sums over ``window`` months since a year before; missing until both sums are whole."""
    growth = np.full(len(series), np.nan)
    first = YEAR + window - 1
    growth[first:] = series[first:] / series[window - 1 : len(series) - YEAR] - 1.0
    return growth
