"""The registry's own rules of data quality, as far as the tables given allow to ask them: how many rows, never whose.

Rules are numbered as in use in county systems. Those of the class ERROR cannot be true, and are findings with their row as well;
the others are counted only, since each may be right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from experiments.county_data import columns, identity, sheet, values
from experiments.county_data.findings import Findings
from experiments.county_data.register import Household, Person, Register, village_name
from experiments.county_data.tabulate import FEWEST_FOR_DECILES
from sim.core.inputs.errors import BilingualText

#: Lowest age at work, and the age from which a public-welfare post is a fault.
WORKING_AGE, POST_END, OLD_AGE = 16, 70, 60
OLDEST = 120
#: Incomes without which those of a household are not known.
_NEEDED = ("wage", "production", "transfer")
LOWEST_WAGE, HIGHEST_WAGE = 100.0, 30_000.0


@dataclass(frozen=True)
class Rule:
    """How often a rule was asked, and in how many rows it does not hold."""

    id: str
    name: BilingualText
    asked: int
    failed: int

    def described(self) -> dict[str, object]:
        """For JSON."""
        return {"rule": self.id, "zh": self.name.chinese, "en": self.name.english, "asked": self.asked, "failed": self.failed}


def check(register: Register, findings: Findings) -> list[Rule]:
    """Ask every rule that can be asked; those that cannot be true become findings."""
    _persons(register, findings)
    _households(register, findings)
    _jobs(register, findings)
    _villages(register, findings)
    _civil(register, findings)
    return [*_counted(register, findings), *_asked(register)]


def check_columns(register: Register, has_incomes: bool, findings: Findings) -> None:
    """What tables of households do not say, so that it is not counted: monitoring, and incomes that some of their columns have."""
    homes = next((each for each in register.sheets if each.kind == sheet.HOUSEHOLDS), None)
    if homes is None:
        return
    if not register.knows_monitoring():
        findings.add(homes.where, 1, "column_missing", "监测对象类别",
                     BilingualText("households under monitoring are not counted", "监测对象户数、人数不计"))  # fmt: skip
    registered = register.registered()
    if has_incomes or not register.knows_any(*_NEEDED) or len(registered) < FEWEST_FOR_DECILES:
        return
    said = {name: sum(each.get(name) is not None for each in registered) for name in _NEEDED}
    lacking = [columns.fields()[name].name for name, number in said.items() if number < FEWEST_FOR_DECILES]
    least = min(said.values())
    english, chinese = (f"{least} of {len(registered)} registered households, and {FEWEST_FOR_DECILES} are needed",
                        f"脱贫户 {len(registered)} 户中有 {least} 户填写，至少要 {FEWEST_FOR_DECILES} 户")  # fmt: skip
    findings.add(homes.where, 1, "incomes_unused", "、".join(lacking) or "收入", BilingualText(english, chinese))


def _persons(register: Register, findings: Findings) -> None:
    for person in register.persons.values():
        own, entered = person.identity, person.values
        where, row = person.where, person.row
        birth = entered.get("birth")
        if own.birth is not None and birth is not None and birth[: 3 if birth[2] else 2] != own.birth[: 3 if birth[2] else 2]:
            findings.add(where, row, "birth_differs", "出生日期")
        if own.female is not None and entered.get("sex") is not None and entered["sex"] != own.female:
            findings.add(where, row, "sex_differs", "性别")
        age = person.age_on(register.year, register.month)
        if age is None:
            continue
        if age > OLDEST:
            findings.add(where, row, "age")
        at_work = (entered.get("work_months") or 0) > 0
        if entered.get("post") and (age < WORKING_AGE or (person.age_on(2021) or 0) >= POST_END):
            findings.add(where, row, "post_age")
        elif at_work and age < WORKING_AGE:
            findings.add(where, row, "work_age")
    for person in register.persons.values():
        entered = person.values
        if entered.get("work_place") == "away" and entered.get("post"):
            findings.add(person.where, person.row, "post_outside")
        if (
            entered.get("work_place") == "away"
            and (entered.get("work_months") or 0) > 0
            and entered.get("skill") == values.UNABLE
        ):
            findings.add(person.where, person.row, "work_unable")


def _households(register: Register, findings: Findings) -> None:
    today = register.year * 100 + register.month
    named = bool(register.villages)
    known = {village for _, village in register.villages}
    listed = any(each.kind == sheet.PERSONS for each in register.sheets)
    for household in register.households.values():
        where, row = household.where, household.row
        begun, ended = household.get("identified"), household.get("removed_month")
        for name, month in (("识别监测时间", begun), ("消除监测时间", ended)):
            if month is not None and month > today and month > _this_month():
                findings.add(where, row, "future_month", name)
        if begun is not None and ended is not None and ended < begun:
            findings.add(where, row, "removed_before")
        stated = household.get("members")
        if household.persons and stated is not None and not 0 <= stated - len(household.persons) <= household.astray:
            findings.add(where, row, "members_differ", "当前家庭人口数")
        if listed and not household.size:
            findings.add(where, row, "household_without_members")
        if named and household.get("village") is not None and village_name(household.get("village")) not in known:
            findings.add(where, row, "village_unknown", "村")


def _this_month() -> int:
    import datetime

    today = datetime.date.today()
    return today.year * 100 + today.month


def _jobs(register: Register, findings: Findings) -> None:
    by_number = register.persons
    by_hash = {each.identity.hash: each for each in by_number.values() if each.identity.hash}
    for table, record in sheet.records_of(register.sheets, sheet.WORK):
        wage = record.get("monthly_wage")
        if wage is not None and not LOWEST_WAGE <= wage <= HIGHEST_WAGE and wage != 0:
            findings.add(table.where, record.row, "wage_range", table.fields["monthly_wage"].name)
            del record.values["monthly_wage"]
        begun, ended = record.get("job_start"), record.get("job_end")
        if begun is not None and ended is not None and ended < begun:
            findings.add(table.where, record.row, "job_months")
        own = record.get("identity") or identity.NO_NUMBER
        person = by_number.get(record.get("person") or b"") or by_hash.get(own.hash)
        birth = own.birth or (person.birth if person is not None else None)
        if begun is not None and birth is not None and begun < (birth[0] + WORKING_AGE) * 100 + birth[1]:
            findings.add(table.where, record.row, "job_before_16")


def _villages(register: Register, findings: Findings) -> None:
    land: dict[str, float] = {}
    for household in register.registered():
        if household.get("land") is not None and household.get("village"):
            name = village_name(household.get("village"))
            land[name] = land.get(name, 0.0) + household.get("land")
    twice = [name for _, name in register.villages]
    for table, record in sheet.records_of(register.sheets, sheet.VILLAGES):
        where, row, get = table.where, record.row, record.get
        households, persons = get("village_households"), get("village_persons")
        if "village_households" in table.fields and not households:
            findings.add(where, row, "village_empty", "总户数")
        if households and (get("village_unsafe") or 0) + (get("village_unwatered") or 0) > households:
            findings.add(where, row, "village_guarantees")
        for name, whole in (
            ("village_dibao_households", households), ("village_registered_households", households),
            ("village_dibao_persons", persons), ("village_registered_persons", persons),
            ("village_labour", persons), ("village_away", persons),
        ):  # fmt: skip
            if whole and get(name) is not None and get(name) > whole:
                findings.add(where, row, "village_parts", table.fields[name].name)
        name = village_name(get("village"))
        own = get("village_land") if get("village_land") is not None else get("land")
        if own is not None and twice.count(name) == 1 and land.get(name, 0.0) > own + 0.5:
            findings.add(where, row, "village_land")
    for each in register.sheets:
        if each.kind == sheet.VILLAGES:
            _totals(each, findings)


def _totals(table: sheet.Sheet, findings: Findings) -> None:
    """Rows of totals in a table of villages against the sum of the rows above, unless something is wrong in one of these."""
    if any((each.file, each.sheet) == table.where for each in findings.found):
        return
    for total in table.totals:
        for name, found in table.fields.items():
            stated = total.get(name)
            if found.kind != "number" or not found.whole or stated is None:
                continue
            above = [each for each in table.records if each.row < total.row]
            filled = [each.get(name) for each in above]
            if any(value is None for value in filled):
                continue
            since = max((each.row for each in table.totals if each.row < total.row), default=0)
            part = sum(each.get(name) for each in above if each.row > since)
            if stated not in (sum(filled), part):
                findings.add(table.where, total.row, "sum", found.name)


def _civil(register: Register, findings: Findings) -> None:
    for table, record in sheet.records_of(register.sheets, sheet.CIVIL_HOUSEHOLDS):
        insured, members = record.get("insured"), record.get("members")
        if insured is not None and members is not None and insured > members:
            findings.add(table.where, record.row, "insured_more")


#: Findings that are rules of the registry: what kind, which rule, its name, what it is asked of.
_AS_FINDINGS: tuple[tuple[str, tuple[str, ...], BilingualText, str], ...] = (
    ("1_01_001", ("duplicate_identity",), BilingualText("identity number twice in the county", "县内证件号码重复"), "identity"),
    ("1_12_002", ("length", "digit"), BilingualText("length or check digit of the identity number wrong", "证件号码位数或校验码不对"), "identity"),
    ("2_01_015", ("work_unable",), BilingualText("works away, but unable to work", "无劳动能力却外出务工"), "work_place"),
    ("5_16_001", ("wage_range",), BilingualText("monthly wage below 100 or above 30 000 yuan", "务工月收入低于 100 元或高于 30000 元"), "work"),
    ("5_16_010", ("job_before_16",), BilingualText("job begins before 16", "未满 16 岁开始务工"), "work"),
    ("3_01_008", ("post_age",), BilingualText("under 16, or 70 and older, in a post", "公益岗位人员未满 16 岁或已满 70 岁"), "post"),
    ("5_01_003", ("post_outside",), BilingualText("works outside the county and holds a post", "县外务工同时在公益岗位"), "post"),
    ("5_14_001", ("negative:耕地面积",), BilingualText("land below zero", "耕地面积小于 0"), "land"),
    ("5_15_0023", ("unit:工资性收入",), BilingualText("wages entered in 10,000 yuan", "工资性收入按万元填写"), "wage"),
    ("3_03_001", ("village_guarantees",), BilingualText("unsafe houses and no safe water exceed all households", "危房户与饮水不安全户之和超过总户数"), "village"),
    ("3_03_002", ("village_land",), BilingualText("village land below that of its registered households", "全村耕地少于脱贫户耕地之和"), "village"),
    ("3_03_003", ("village_empty",), BilingualText("village without households", "行政村总户数为空或为 0"), "village"),
    ("own_01", ("income_sum", "income_per_head"), BilingualText("net income is not the sum of its parts", "纯收入与各项收入不符"), "net_income"),
    ("own_03", ("spoilt", "spoilt_key"), BilingualText("numbers that a spreadsheet has spoilt", "被表格软件损坏的号码"), "identity"),
    ("own_06", ("no_household", "no_head", "two_heads", "village_unknown"),
     BilingualText("persons without household, heads missing or two, unknown village", "人户不对应、户主缺失或重复、村名不在表中"), "person"),
)  # fmt: skip


def _counted(register: Register, findings: Findings) -> Iterator[Rule]:
    """Rules that are findings: how often they do not hold."""
    asked = {
        "identity": sum(each.identity.state != identity.NONE for each in register.persons.values()),
        "work": sum(1 for _ in sheet.records_of(register.sheets, sheet.WORK)),
        "village": len(register.villages),
        "person": len(register.persons),
        **{name: sum(each.values.get(name) is not None for each in register.persons.values()) for name in ("work_place", "post")},
        **{
            name: sum(each.get(name) is not None for each in register.households.values())
            for name in ("land", "wage", "net_income")
        },
    }
    for rule, kinds, name, of in _AS_FINDINGS:
        wanted = [kind.partition(":") for kind in kinds]
        failed = sum(
            any(each.kind == kind and (not column or each.column == column) for kind, _, column in wanted)
            for each in findings.found
        )
        if asked[of] or failed:
            yield Rule(rule, name, max(asked[of], failed), failed)


def _asked(register: Register) -> Iterator[Rule]:
    """Rules that may not hold and yet be right: counted."""
    year, month = register.year, register.month

    def age(person: Person) -> int | None:
        return person.age_on(year, month)

    def persons(test: Callable[[Person], bool | None]) -> tuple[int, int]:
        found = [result for each in register.persons.values() if (result := test(each)) is not None]
        return len(found), sum(found)

    def households(test: Callable[[Household], bool | None]) -> tuple[int, int]:
        found = [result for each in register.households.values() if (result := test(each)) is not None]
        return len(found), sum(found)

    line = _monitoring_line(year)
    rules: list[tuple[str, str, str, tuple[int, int]]] = [
        ("4_01_003", "no identity number, or a placeholder", "没有证件号码，或为临时号码",
         persons(lambda each: each.identity.state in (identity.NONE, identity.PLACEHOLDER)) if _has(register, "identity") else (0, 0)),
        ("2_02_001", "head and spouse of the same sex", "户主与配偶性别相同", households(_same_sex)),
        ("2_01_004", "sex contradicts the relation to the head", "性别与户主关系不符",
         persons(lambda each: None if each.values.get("relation") not in ("female", "male") or each.female is None
                 else (each.values["relation"] == "female") != each.female)),
        ("3_01_002", "schooling and school grade both empty or both filled", "文化程度与在校生状况同时为空或同时填写",
         persons(lambda each: bool(each.values.get("schooling")) == bool(each.values.get("student")))
         if _has(register, "schooling") and _has(register, "student") else (0, 0)),
        ("2_01_011", "under 16 and not without labour", "未满 16 岁但不是无劳动能力",
         persons(lambda each: None if age(each) is None or each.values.get("skill") is None
                 else (age(each) or 0) < WORKING_AGE and each.values["skill"] > 0)),
        ("1111_15", "16 to 59, healthy, and weak labour", "16 至 59 岁、健康但为弱劳动力",
         persons(lambda each: None if age(each) is None or each.values.get("skill") is None or each.values.get("health") is None
                 else WORKING_AGE <= (age(each) or 0) < OLD_AGE and not each.values["health"] and each.values["skill"] == values.WEAK)),
        ("2_01_008", "no medical insurance of either kind", "两种基本医疗保险都没有参加",
         persons(lambda each: None if "resident_insurance" not in each.values or "worker_insurance" not in each.values
                 else not each.values["resident_insurance"] and not each.values["worker_insurance"])),
        ("2_01_009", "medical insurance of both kinds", "同时参加两种基本医疗保险",
         persons(lambda each: None if "resident_insurance" not in each.values or "worker_insurance" not in each.values
                 else each.values["resident_insurance"] and each.values["worker_insurance"])),
        ("3_01_005", "kind of a post without months, or months without a kind", "有岗位没有月数，或有月数没有岗位",
         persons(lambda each: bool(each.values.get("post")) != bool(each.values.get("post_months")))
         if _has(register, "post") and _has(register, "post_months") else (0, 0)),
        ("1_02_006", "registered, income per head below the monitoring line, not monitored", "脱贫户人均纯收入低于监测线，未纳入监测",
         households(lambda each: None if not each.registered or each.get("income_per_head") is None
                    else each.get("income_per_head") < line and not each.monitored)),
        ("4_11_010", "risk removed while income per head is below the line", "风险已消除，人均纯收入低于监测线",
         households(lambda each: None if not each.get("removed") or each.get("income_per_head") is None
                    else each.get("income_per_head") < line)),
        ("4_11_011", "household without labour, risk removed", "整户无劳动能力，风险已消除",
         households(lambda each: None if not each.get("removed") or each.get("without_labour") is None else each.get("without_labour"))),
        ("4_11_012", "help to work, but no wages", "有就业或公益岗位帮扶，工资性收入为 0",
         households(lambda each: None if not (each.get("job_help") or each.get("post_help")) or each.get("wage") is None
                    else each.get("wage") == 0)),
        ("4_11_013", "dibao or support for the destitute, but no transfers", "享受低保或特困供养，转移性收入为 0",
         households(lambda each: None if not (each.get("dibao") or each.get("tekun")) or each.get("transfer") is None
                    else each.get("transfer") == 0)),
        ("5_11_013", "industry help, but no production income", "有产业帮扶，生产经营性收入为 0",
         households(lambda each: None if not each.get("industry_help") or each.get("production") is None
                    else each.get("production") == 0)),
        ("5_16_003", "a member on dibao, the household not, or the reverse", "成员与户的低保情况不一致",
         households(lambda each: None if each.get("dibao") is None or not any("person_dibao" in one.values for one in each.persons)
                    else bool(each.get("dibao")) != any(one.values.get("person_dibao") for one in each.persons))),
        ("1_11_010", "monitored for more than a month, no measure begun", "纳入监测超过一个月，未实施开发式帮扶",
         households(lambda each: None if each.get("identified") is None or each.get("development") is None or each.get("removed")
                    else _months(each.get("identified"), year * 100 + month) > 1 and not each.get("development"))),
        ("5_18_009", "risk removed in the month of identification or the next", "识别当月或次月即消除风险",
         households(lambda each: None if each.get("identified") is None or each.get("removed_month") is None
                    else 0 <= _months(each.get("identified"), each.get("removed_month")) <= 1)),
        ("5_14_015", "land not filled in", "耕地面积没有填写",
         households(lambda each: each.get("land") is None) if register.knows("land") else (0, 0)),
    ]  # fmt: skip
    for rule, english, chinese, (asked, failed) in rules:
        if asked:
            yield Rule(rule, BilingualText(english, chinese), asked, failed)


def _has(register: Register, name: str) -> bool:
    return any(name in each.fields for each in register.sheets if each.kind == sheet.PERSONS)


def _same_sex(household: Household) -> bool | None:
    pair = [each.female for each in household.persons if each.values.get("relation") in (values.HEAD, values.SPOUSE)]
    return None if len(pair) != 2 or None in pair else pair[0] == pair[1]


def _months(begun: int, ended: int) -> int:
    return (ended // 100 - begun // 100) * 12 + ended % 100 - begun % 100


def _monitoring_line(year: int) -> float:
    """Yuan a person and year that households are monitored below, as the model has it for a year."""
    from sim.core.inputs.parameters import load_all

    dated = load_all().parameters["lines.monitoring_line"].value
    known = {key: value for key, value in dated.items() if int(key[:4]) <= year}
    return float(known[max(known)])
