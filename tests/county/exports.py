"""Exports as the systems make them, of invented households: names, numbers and telephones are made up and belong to nobody.

``people`` invents households, or ``of_county`` takes those of a simulated county; ``write`` makes the files of an office from them,
``plant`` puts twenty faults into them, and says where.
"""

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from experiments.county_data.identity import CHECK, WEIGHTS
from experiments.validation import county_export
from sim.scenario.distributions import SOURCES
from sim.world.codes import Destination

HOUSEHOLDS, PERSONS, VILLAGES, CIVIL, WORK, LOANS = (
    "（自定义）监测对象信息.xlsx", "脱贫人口名单.csv", "（自定义）行政村信息.xlsx", "农村低保家庭查询_1.xlsx", "（务工月监测）已外出务工信息.xlsx",
    "小额信贷台账.xlsx",
)  # fmt: skip
SHEET = "Sheet1"
SURNAMES, GIVEN = "欧阳慕容司徒上官诸葛东方", "槐榆椿楸樗栎梣榉楠檗"
CAUSES = {"因病": 40, "因残": 20, "缺劳动力": 20, "因学": 8, "缺技术": 7, "因灾": 5}
#: Rows of headings in the table of households, and in that of persons.
HEAD, PERSON_HEAD = 3, 1


@dataclass
class Person:
    """A person: cells of its row by heading."""

    cells: dict[str, Any]


@dataclass
class Household:
    """A household: cells of its row by heading, and its persons."""

    cells: dict[str, Any]
    persons: list[Person] = field(default_factory=list)


def identity_number(dice: np.random.Generator, birth: tuple[int, int, int], female: bool, serial: int) -> str:
    """An invented identity number of a place that does not exist, with the right check digit."""
    digits = f"999{dice.integers(100, 999)}{birth[0]:04d}{birth[1]:02d}{birth[2]:02d}{serial % 50:02d}{2 * (serial // 50 % 5) + (not female)}"
    digits = f"211{digits[3:]}"
    return digits + CHECK[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11]


def name(dice: np.random.Generator) -> str:
    """An invented name."""
    return "".join(dice.choice(list(letters)) for letters in (SURNAMES, GIVEN, GIVEN))


def people(count: int, seed: int = 1, size: float = 2.0) -> list[Household]:
    """Invented households with three persons on average; one in twenty marginal, one in a hundred in sudden difficulty."""
    dice = np.random.default_rng(seed)
    places = [(f"{letter}家镇", f"{tree}树村") for letter in "赵钱孙李" for tree in "杨柳松柏槐榆"]
    found, serial = [], 0
    for number in range(count):
        kind = dice.choice(["脱贫户", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户"], p=[0.87, 0.07, 0.05, 0.01])
        members = int(min(1 + dice.poisson(size), 9))
        township, village = places[int(dice.integers(len(places)))]
        dibao = dice.random() < 0.3
        persons = []
        for place in range(members):
            serial += 1
            female, year = bool(dice.random() < 0.5), int(2020 - (dice.integers(25, 85) if place == 0 else dice.integers(0, 90)))
            birth = (year, int(dice.integers(1, 13)), int(dice.integers(1, 28)))
            age = 2020 - year
            able = 17 <= age < 70 and dice.random() < 0.7
            away, post = able and dice.random() < 0.3, able and dice.random() < 0.2 and age < 68
            persons.append(Person({
                "人口编号": f"{7000000000 + serial}", "姓名": name(dice), "证件类型": "居民身份证",
                "证件号码": identity_number(dice, birth, female, serial), "性别": "女" if female else "男",
                "出生日期": f"{birth[0]:04d}{birth[1]:02d}{birth[2]:02d}", "与户主关系": "户主" if place == 0 else "其他",
                "文化程度": "小学" if age > 16 else "", "在校生状况": "小学" if 7 <= age <= 16 else "", "健康状况": "健康" if able else "长期慢性病",
                "劳动技能": "普通劳动力" if able else "无劳动力", "务工所在地": ("县外省内" if away else "") if not post else "乡镇内",
                "务工时间（月）": int(dice.integers(1, 13)) if away and not post else 0, "公益性岗位": "护林员" if post else "",
                "公益性岗位(月数)": 12 if post else "", "联系电话": f"139{dice.integers(10**7, 10**8)}",
                "是否享受农村居民最低生活保障": "是" if dibao else "否",
            }))  # fmt: skip
        wage, production, transfer = (float(dice.integers(low, high)) for low, high in ((500, 60000), (0, 30000), (1000, 20000)))
        costs, property_ = round(production * 0.4), float(dice.integers(0, 2000))
        net = wage + production - costs + property_ + transfer
        monitored = kind != "脱贫户"
        loan = dice.random() < 0.1
        found.append(Household({
            "序号": number + 1, "县(市、区、旗)": "某某县", "乡(镇)": township, "行政村": village, "自然村": "一组", "户编号": f"{4400000000 + number}",
            "户主姓名": persons[0].cells["姓名"], "户主证件号码": persons[0].cells["证件号码"], "户联系电话": persons[0].cells["联系电话"],
            "家庭住址": f"{township}{village}一组{number}号", "开户银行": "某某银行", "银行账号": f"62{dice.integers(10**15, 10**16)}",
            "户类型": "脱贫户" if kind.startswith("脱贫") else "一般农户", "监测对象类别": kind if monitored else "",
            "识别监测时间": f"20210{dice.integers(1, 7)}" if monitored else "", "风险是否已消除": "是" if monitored else "",
            "消除监测时间": f"20210{dice.integers(7, 10)}" if monitored else "", "风险是否已消除 ": "是" if monitored else "",
            "致贫/返贫风险1": dice.choice(list(CAUSES), p=np.array(list(CAUSES.values())) / 100), "享受低保政策情况": "农村低保" if dibao else "否",
            "金融帮扶": "小额信贷" if loan else "", "当前家庭人口数": members, "年度家庭人口数": members, "工资性收入": wage,
            "生产经营性收入": production, "生产经营性支出（合计）": costs, "财产性收入": property_, "转移性收入": transfer,
            "纯收入（元）": net, "人均纯收入（元）": round(net / members, 2), "耕地面积（亩）": round(float(dice.random()) * 12, 1),
        }, persons))  # fmt: skip
    return found


#: A reason of the register for each cause of the model.
REASONS = ("因病", "因灾", "因学", "务工就业不稳", "产业经营失败", "意外事故", "住房困难", "缺劳动力")


def of_county(county: Any, seed: int = 1) -> list[Household]:
    """The registered households of a founded county (``county_export.found``), with invented names and numbers."""
    dice = np.random.default_rng(seed)
    tables, known = county.tables, county_export.columns_of(county)
    households, persons = tables["households"], tables["persons"]
    rows = np.flatnonzero(households["registered"] == 1)
    found, serial = [], 0
    for place, row in enumerate(rows):
        township, village = f"第{households['township'][row] + 1}镇", f"第{households['village'][row] + 1}村"
        dibao = bool(known["dibao"][place])
        members, person = [], int(households["first_person"][row])
        while person >= 0:
            each = persons[person]
            person = int(each["next"])
            if each["alive"] != 1:
                continue
            serial += 1
            age, female = int(each["age"]), bool(each["female"])
            birth = (2020 - age, int(dice.integers(1, 13)), int(dice.integers(1, 28)))
            working = each["capacity"] > 0 and each["stage"] == 0
            members.append(Person({
                "人口编号": f"{7000000000 + serial}", "姓名": name(dice), "证件类型": "居民身份证",
                "证件号码": identity_number(dice, birth, female, serial), "性别": "女" if female else "男",
                "出生日期": f"{birth[0]:04d}{birth[1]:02d}{birth[2]:02d}", "与户主关系": "其他" if members else "户主",
                "劳动技能": ("普通劳动力" if each["capacity"] >= 1 else "弱劳动力或半劳动力") if working else "无劳动力",
                "务工时间（月）": 0, "公益性岗位": "护林员" if each["status"] == Destination.PUBLIC_POST else "",
                "联系电话": f"139{dice.integers(10**7, 10**8)}",
            }))  # fmt: skip
        wage, business, property_, transfer = (round(float(county.founded_sources[source][row]), 2) for source in SOURCES)
        net = round(wage + business + property_ + transfer, 2)
        found.append(Household({
            "序号": place + 1, "县(市、区、旗)": "某某县", "乡(镇)": township, "行政村": village, "户编号": f"{4400000000 + place}",
            "户主姓名": members[0].cells["姓名"], "户主证件号码": members[0].cells["证件号码"], "户联系电话": members[0].cells["联系电话"],
            "银行账号": f"62{dice.integers(10**15, 10**16)}", "户类型": "脱贫户",
            "监测对象类别": "脱贫不稳定户" if known["kind"][place] else "", "致贫/返贫风险1": REASONS[known["cause"][place]],
            "享受低保政策情况": "农村低保" if dibao else "否", "金融帮扶": "小额信贷" if known["loan"][place] else "",
            "当前家庭人口数": len(members), "年度家庭人口数": len(members), "工资性收入": wage, "生产经营性收入": business,
            "生产经营性支出（合计）": 0, "财产性收入": property_, "转移性收入": transfer, "纯收入（元）": net,
            "人均纯收入（元）": round(net / len(members), 2), "耕地面积（亩）": round(float(households["land"][row]), 2),
        }, members))  # fmt: skip
    return found


@dataclass
class Office:
    """All tables of an office, as rows of cells by heading; ``planted``: (file, row, kind) of what was put wrong."""

    households: list[dict[str, Any]]
    persons: list[dict[str, Any]]
    villages: list[dict[str, Any]]
    civil: list[dict[str, Any]]
    work: list[dict[str, Any]]
    loans: list[dict[str, Any]]
    planted: list[tuple[str, int, str]] = field(default_factory=list)


def office(found: list[Household]) -> Office:
    """The tables of an office about these households."""
    places = Counter((each.cells["乡(镇)"], each.cells["行政村"]) for each in found)
    land: Counter[tuple[str, str]] = Counter()
    for each in found:
        land[each.cells["乡(镇)"], each.cells["行政村"]] += each.cells["耕地面积（亩）"]
    villages = [
        {"乡镇": township, "行政村名称": f"{village}民委员会", "是否出列": "是", "总户数": number * 4, "总人口数": number * 12,
         "劳动力人数": number * 5, "外出务工人数": number * 2, "耕地面积（亩）": round(land[township, village] * 3) + 1, "危房户数": 0,
         "未实现饮水安全户数": 0, "村级集体经济收入（万元）": 5.5}
        for (township, village), number in places.items()
    ]  # fmt: skip
    civil = [
        {"所属乡镇": each.cells["乡(镇)"], "所属村": each.cells["行政村"], "户主姓名": each.cells["户主姓名"], "户主身份证号": each.cells["户主证件号码"],
         "家庭人口数": len(each.persons), "保障人口数": len(each.persons), "户月保障金额（元）": 300 * len(each.persons), "最初享受月": "201901",
         "银行帐号": each.cells["银行账号"]}
        for each in found if each.cells["享受低保政策情况"] == "农村低保"
    ]  # fmt: skip
    persons, work = [], []
    for each in found:
        for person in each.persons:
            persons.append({"户编号": each.cells["户编号"], **person.cells})
            if person.cells["务工时间（月）"]:
                work.append({"人口编号": person.cells["人口编号"], "姓名": person.cells["姓名"], "证件号码": person.cells["证件号码"],
                             "开始时间": "202102", "结束时间": "202111", "务工月收入": 3000, "务工企业名称": "某厂"})  # fmt: skip
    loans = [
        {"户主姓名": each.cells["户主姓名"], "户编号": each.cells["户编号"], "贷款金额（万元）": 3.5, "放款日期": "20210305"}
        for each in found if each.cells["金融帮扶"]
    ]  # fmt: skip
    return Office([dict(each.cells) for each in found], persons, villages, civil, work, loans)


def write(folder: Path, tables: Office) -> list[Path]:
    """Write the files of an office, with rows of totals, three rows of headings, GB18030 and full-width digits."""
    _households(folder / HOUSEHOLDS, tables.households)
    _csv(folder / PERSONS, tables.persons)
    _workbook(folder / VILLAGES, tables.villages, title="行政村信息表", total={"行政村名称": "合计", "总户数": sum(
        each["总户数"] if isinstance(each["总户数"], int) else 0 for each in tables.villages)})  # fmt: skip
    _workbook(folder / CIVIL, tables.civil, title="农村低保家庭查询", total={"所属乡镇": "合计"})
    _workbook(folder / WORK, tables.work, title="")
    _workbook(folder / LOANS, tables.loans, title="脱贫人口小额信贷台账")
    return [folder / each for each in (HOUSEHOLDS, PERSONS, VILLAGES, CIVIL, WORK, LOANS) if (folder / each).exists()]


GROUPS = {"基本信息": 18, "帮扶": 4, "收入（元）": 10}


def _households(path: Path, rows: list[dict[str, Any]]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(SHEET)
    names = list(rows[0])
    sheet.merge_range(0, 0, 0, len(names) - 1, "监测对象信息（全字段）")
    place = 0
    for group, width in GROUPS.items():
        last = min(place + width, len(names)) - 1
        sheet.merge_range(1, place, 1, last, group)
        place = last + 1
    sheet.write_row(2, 0, [each.strip() for each in names])
    for number, row in enumerate(rows, HEAD):
        sheet.write_row(number, 0, [row.get(each, "") for each in names])
    sheet.write_row(HEAD + len(rows), 0, ["合计", "", "", "", "", len(rows)])
    book.close()


def _csv(path: Path, rows: list[dict[str, Any]]) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    lines = [",".join(rows[0])]
    for number, row in enumerate(rows):
        cells = {key: str(value) for key, value in row.items()}
        if number % 50 == 0 and "务工时间（月）" in cells:
            cells["务工时间（月）"] = cells["务工时间（月）"].translate(wide)
        if "证件号码" in cells:
            cells["证件号码"] += "\t"  # as systems do, so that Excel keeps it as text
        lines.append(",".join(cells.values()))
    lines.append("合计," + f"{len(rows)}")
    path.write_bytes("\r\n".join(lines).encode("gb18030"))


def _workbook(path: Path, rows: list[dict[str, Any]], title: str, total: dict[str, Any] | None = None) -> None:
    if not rows:
        return
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(SHEET)
    names, first = list(rows[0]), 0
    if title:
        sheet.write(0, 0, title)
        first = 1
    sheet.write_row(first, 0, names)
    for number, row in enumerate(rows, first + 1):
        sheet.write_row(number, 0, [row.get(each, "") for each in names])
    if total:
        sheet.write_row(first + 1 + len(rows), 0, [total.get(each, "") for each in names])
    book.close()


def plant(tables: Office) -> Office:
    """Twenty faults of twenty kinds, each in a row of its own."""
    new = copy.deepcopy(tables)
    used: set[tuple[str, int]] = set()

    def pick(
        file: str, rows: list[dict[str, Any]], head: int, fits: Callable[[dict[str, Any]], bool] = lambda row: True
    ) -> dict[str, Any]:
        start = 7 + 11 * len(new.planted)
        for place in [*range(start, len(rows)), *range(start)]:
            if (file, place) not in used and fits(rows[place]):
                used.add((file, place))
                planted[:] = [file, place + head + 1]
                return rows[place]
        raise AssertionError("no row to plant a fault in")

    planted: list[Any] = []

    def put(kind: str, row: dict[str, Any], **cells: Any) -> None:
        row.update(cells)
        new.planted.append((planted[0], planted[1], kind))

    home = lambda fits=lambda row: True: pick(HOUSEHOLDS, new.households, HEAD, fits)  # noqa: E731
    one = lambda fits=lambda row: True: pick(PERSONS, new.persons, PERSON_HEAD, fits)  # noqa: E731
    put("not_a_number", home(), 转移性收入="见附件")
    put("negative", home(), **{"耕地面积（亩）": -3})
    put("impossible", home(), 年度家庭人口数=55)
    put("month", home(lambda row: row["识别监测时间"] != ""), 识别监测时间="202113")
    put("unit", home(lambda row: row["工资性收入"] > 5000), 工资性收入=2.4)
    row = home()
    put("income_sum", row, **{"纯收入（元）": row["纯收入（元）"] + 500})
    row = home(lambda row: row["当前家庭人口数"] < 8)
    put("members_differ", row, 当前家庭人口数=row["当前家庭人口数"] + 1)
    put("village_unknown", home(), 行政村="无此村")
    put("unknown_value", home(), 享受低保政策情况="???")
    put("removed_before", home(lambda row: row["消除监测时间"] != ""), 消除监测时间="202012")
    put("other_county", home(), **{"县(市、区、旗)": "别的县"})
    put("masked", one(lambda row: row["与户主关系"] != "户主"), 证件号码="2113************12")
    put("spoilt", one(lambda row: row["与户主关系"] != "户主"), 证件号码="2.11382E+17")
    row = one(lambda row: row["与户主关系"] != "户主")
    put("digit", row, 证件号码=row["证件号码"][:17] + ("0" if row["证件号码"][17] != "0" else "1"))
    put("length", one(lambda row: row["与户主关系"] != "户主"), 证件号码="21138219800101001")
    row = one(lambda row: row["与户主关系"] != "户主")
    put("sex_differs", row, 性别="男" if row["性别"] == "女" else "女")
    row = one(lambda row: row["与户主关系"] != "户主")
    put("birth_differs", row, 出生日期=f"{int(row['出生日期'][:4]) - 3}{row['出生日期'][4:]}")
    put("impossible", one(lambda row: row["务工时间（月）"] != 0), **{"务工时间（月）": 14})
    put("wage_range", pick(WORK, new.work, 1), 务工月收入=45000)
    put("village_guarantees", pick(VILLAGES, new.villages, 2), 危房户数=10**6)
    return new
