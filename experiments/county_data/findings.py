"""What an import found wrong, each with file, sheet and row and in both languages. No finding holds what stands in a cell."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from sim.core.inputs.errors import BilingualText

Kind = Literal[
    "not_a_number", "other_unit", "negative", "impossible", "month", "birth", "unknown_value", "empty_formula", "error_cell",
    "masked", "spoilt", "length", "digit", "identity_birth", "spoilt_key", "missing_key", "two_values",
    "duplicate_household", "duplicate_person", "duplicate_identity", "duplicate_row",
    "birth_differs", "sex_differs", "age", "unit", "income_sum", "income_per_head", "wage_range", "job_before_16", "job_months",
    "post_age", "post_outside", "work_unable", "work_age", "members_differ", "no_head", "two_heads", "no_household",
    "household_without_members", "other_county", "village_unknown", "village_empty", "village_guarantees", "village_land",
    "village_parts", "removed_before", "future_month", "insured_more", "two_places", "differs",
    "fact_number", "fact_range", "fact_year", "fact_unknown", "fact_no_source", "fact_unit",
    "fact_fraction", "fact_share", "fact_nothing", "fact_twice", "fact_name", "fact_merged", "fact_elsewhere", "fact_beside",
    "fact_heading", "code", "code_missing",
    "contradiction_hukou", "contradiction_parts", "contradiction_dibao", "contradiction_unit", "contradiction_workers",
    "contradiction_counts", "resident_missing", "resident_twice", "resident_unknown", "resident_gap", "resident_alone",
    "resident_few", "sum", "column_missing", "incomes_unused", "place_twice", "sheet_unread", "plan_value", "plan_contradicts", "plan_extends", "plan_twice",
]  # fmt: skip

#: What is wrong, English and Chinese; {column} is a name of ``columns.yaml``, never what stands in a cell.
TEXTS: dict[str, BilingualText] = {
    "not_a_number": BilingualText("{column}: not a number; the entry is left out", "{column}：不是数字，该项未采用"),
    "other_unit": BilingualText("{column}: {detail}; the entry is left out", "{column}：{detail}；该项未采用"),
    "negative": BilingualText("{column}: below 0; the entry is left out", "{column}：小于 0，该项未采用"),
    "impossible": BilingualText("{column}: cannot be so large, so small or a fraction; the entry is left out",
                                "{column}：数值不合常理（过大、过小或不是整数），该项未采用"),
    "month": BilingualText("{column}: no month; write it as 202107", "{column}：不是有效月份；请写成 202107 的样子"),
    "birth": BilingualText("{column}: no date of a living person's birth; write it as 19560708",
                           "{column}：不是有效的出生日期；请写成 19560708 的样子"),
    "unknown_value": BilingualText("{column}: not one of the system's own entries; the entry is left out",
                                   "{column}：不是系统中的选项，该项未采用"),
    "empty_formula": BilingualText("{column}: a formula without a stored value; open the file, save it and import it again",
                                   "{column}：公式没有保存计算结果；请打开文件、保存后重新导入"),
    "error_cell": BilingualText("{column}: the cell shows an error of the spreadsheet", "{column}：单元格是表格软件的错误值"),
    "masked": BilingualText("{column}: masked; it was not used for joining", "{column}：已脱敏，未用于关联"),
    "spoilt": BilingualText("{column}: the spreadsheet has lost digits after the 15th for ever; export the column as text",
                            "{column}：第 15 位以后的数字已被表格软件丢失，无法恢复；请把该列按文本格式重新导出"),
    "length": BilingualText("{column}: neither 18 characters nor 20 or 22 of a disability certificate",
                            "{column}：不是 18 位，也不是残疾人证的 20 或 22 位"),
    "digit": BilingualText("{column}: the check digit is wrong", "{column}：校验码不对"),
    "identity_birth": BilingualText("{column}: the birth date in it cannot be", "{column}：其中的出生日期不存在"),
    "spoilt_key": BilingualText("{column}: the spreadsheet has lost its last digits; export the column as text",
                                "{column}：末尾数字已被表格软件丢失；请把该列按文本格式重新导出"),
    "missing_key": BilingualText("{column}: empty; the row cannot be joined with others", "{column}：没有填写，该行无法与其他行关联"),
    "two_values": BilingualText("{column}: two columns of this meaning differ; the first is used", "{column}：含义相同的两列数值不一致，采用前一列"),
    "duplicate_household": BilingualText("a second row with this household number; it is counted once", "户编号与前面的行重复，只计一次"),
    "duplicate_person": BilingualText("a second row with this person number; it is counted once", "人口编号与前面的行重复，只计一次"),
    "duplicate_identity": BilingualText("the identity number of another person above; both are counted",
                                        "证件号码与前面的另一人相同；两人都计入"),
    "duplicate_row": BilingualText("the same as a row above; it is counted once", "与前面的行相同，只计一次"),
    "birth_differs": BilingualText("{column} differs from the identity number, which is used", "{column}与证件号码不一致，采用证件号码"),
    "sex_differs": BilingualText("{column} differs from the identity number, which is used", "{column}与证件号码不一致，采用证件号码"),
    "age": BilingualText("the age is above 120", "年龄超过 120 岁"),
    "unit": BilingualText("{column}: looks like 10 000 yuan in a column of yuan; the entry is left out",
                          "{column}：像是把万元填进了以元为单位的列，该项未采用"),
    "income_sum": BilingualText("net income is not wages + production − costs + property + transfers; it is left out",
                                "纯收入不等于工资性收入＋生产经营性收入－支出＋财产性收入＋转移性收入，纯收入未采用"),
    "income_per_head": BilingualText("income per head is not net income divided by the members of the year; it is left out",
                                     "人均纯收入不等于纯收入除以年度家庭人口数，该项未采用"),
    "wage_range": BilingualText("{column}: below 100 or above 30 000 yuan a month; the entry is left out",
                                "{column}：月收入低于 100 元或高于 30000 元，该项未采用"),
    "job_before_16": BilingualText("the job begins before the person is 16", "开始务工时未满 16 岁"),
    "job_months": BilingualText("the job ends before it begins", "务工结束时间早于开始时间"),
    "post_age": BilingualText("under 16, or 70 and older, in a public-welfare post", "公益岗位人员未满 16 岁或已满 70 岁"),
    "post_outside": BilingualText("works outside the county and holds a public-welfare post", "在县外务工，同时又在公益岗位"),
    "work_unable": BilingualText("works away, but is unable to work", "外出务工，但劳动能力填为无"),
    "work_age": BilingualText("under 16 and at work", "未满 16 岁却在务工"),
    "members_differ": BilingualText("{column}: not the number of persons listed, which is used", "{column}与名单中的人数不一致，采用名单人数"),
    "no_head": BilingualText("the household has no head", "该户没有户主"),
    "two_heads": BilingualText("a second head in this household", "该户有两个户主"),
    "no_household": BilingualText("a person of a household that is not in the table of households", "该人所在的户不在户表中"),
    "household_without_members": BilingualText("a household without members and without their number", "该户没有成员，也没有家庭人口数"),
    "other_county": BilingualText("of another county than most rows", "与大多数行不是同一个县"),
    "village_unknown": BilingualText("{column}: not in the table of villages", "{column}：不在行政村表中"),
    "village_empty": BilingualText("{column}: a village without households", "{column}：总户数为空或为 0"),
    "village_guarantees": BilingualText("unsafe houses and households without safe water exceed all households", "危房户与未实现饮水安全户之和超过总户数"),
    "village_land": BilingualText("the village has less land than its registered households together", "全村耕地少于本村脱贫户耕地之和"),
    "village_parts": BilingualText("{column}: more than all of the village", "{column}：大于全村总数"),
    "removed_before": BilingualText("the risk is removed before it is identified", "风险消除时间早于识别时间"),
    "future_month": BilingualText("{column}: a month that is yet to come", "{column}：是将来的月份"),
    "insured_more": BilingualText("more persons insured than the household has", "保障人口多于家庭人口"),
    "differs": BilingualText("{column}: differs from the household's other rows; the first is used", "{column}与同户其他行不一致，采用先出现的"),
    "two_places": BilingualText("{column}: differs from the household's other rows; the first is used", "{column}与同户其他行不一致，采用先出现的"),
    "fact_number": BilingualText("{column}: not a number; it is left out; write digits, in {detail}", "{column}：不是数字，未采用；请以“{detail}”为单位填写数字"),
    "fact_range": BilingualText("{column}: outside what is possible, which is {detail}; it is left out: check the unit",
                                "{column}：超出可能的范围（{detail}），未采用；请核对单位"),
    "fact_fraction": BilingualText("{column}: a count ({detail}) cannot be a fraction; it is left out; write a whole number",
                                   "{column}：按“{detail}”计的数不能有小数，未采用；请填整数"),
    "fact_share": BilingualText("{column}: the unit is %, and the number is 1 or less; it is left out; write 85.5 for 85.5%, or the "
                                "number with % behind it if it is meant",
                                "{column}：单位是%，填的数却不大于 1，未采用；85.5% 请填 85.5，确实这么小的请在数后写上 %"),
    "fact_nothing": BilingualText("{column}: counts as not filled in; write 0 if there is none, and leave it blank if it is not known",
                                  "{column}：按没有填写处理；确实没有的请填 0，不知道的请留空"),
    "fact_year": BilingualText("{column}: the year must lie between 2010 and 2026", "{column}：年份应在 2010 至 2026 之间"),
    "fact_unknown": BilingualText("a row that is not of the form; it is left out", "不是表中原有的行，未采用"),
    "fact_no_source": BilingualText("{column}: without a source it counts as assumed", "{column}：没有写来源，按假定处理"),
    "fact_unit": BilingualText("{column}: the unit was changed; the number is left out; write it in {detail}",
                               "{column}：单位被改动，未采用；请以“{detail}”为单位填写"),
    "fact_twice": BilingualText("{column}: another value stands in {detail}, which is used; keep one of the two",
                                "{column}：{detail}填了另一个数，采用那一个；请只留一处"),
    "fact_name": BilingualText("{column}: the id of this row is of this fact, and its name is that of '{detail}'; it is left out; put id "
                               "and name back as the form has them",
                               "{column}：本行编号属于这一项，名称却是“{detail}”，未采用；请按原表恢复编号和名称"),
    "fact_merged": BilingualText("{column}: the cells {detail} are merged, so that nobody can say what the number belongs to; it is left "
                                 "out; unmerge them and fill in each",
                                 "{column}：单元格 {detail} 被合并，看不出数是哪一项的，未采用；请取消合并后分别填写"),
    "fact_elsewhere": BilingualText("{column}: what looks like the value stands in {detail}; it is left out; write it in the column of values",
                                    "{column}：像数值的内容写在 {detail}，未采用；请填在“数值”列"),
    "fact_beside": BilingualText("{column}: {detail} lie outside of the table and are not read; move them into it, or delete them",
                                 "{column}：{detail} 写在表格以外，未读取；请移到表内或删去"),
    "fact_heading": BilingualText("no column, or more than one, has the heading Value ({column}): nothing of this sheet was read; write "
                                  "the headings as the form has them",
                                  "没有“{column}”这一列，或有不止一列，本表未读取；请按原表恢复表头"),
    "code": BilingualText("{column}: not the six digits of a county's division code; it is left out; write it as 211382",
                          "{column}：不是县级行政区划代码，未采用；请写成 211382 这样的六位数字"),
    "code_missing": BilingualText("the county's division code is not filled in; without it the county may be taken for Lingyuan, and held "
                                  "against its ranges: write the six digits",
                                  "没有填行政区划代码；没有它，本县可能被当作凌源，按凌源的范围检查：请填六位数字"),
    "contradiction_hukou": BilingualText("{column} contradicts other data: {detail}", "{column}与其他数据矛盾：{detail}"),
    "contradiction_parts": BilingualText("{column} contradicts other data: {detail}", "{column}与其他数据矛盾：{detail}"),
    "contradiction_dibao": BilingualText("{column} contradicts other data: {detail}", "{column}与其他数据矛盾：{detail}"),
    "contradiction_unit": BilingualText("{column} contradicts other data: {detail}", "{column}与其他数据矛盾：{detail}"),
    "contradiction_workers": BilingualText("{column} contradicts other data: {detail}", "{column}与其他数据矛盾：{detail}"),
    "contradiction_counts": BilingualText("{column} contradicts other data: {detail}", "{column}与其他数据矛盾：{detail}"),
    "resident_missing": BilingualText("{column}: one of the row's numbers, or the name, is missing; this table of the sheet is not used",
                                      "{column}：这一行缺少名称或其中一项数字，本表未采用"),
    "resident_twice": BilingualText("{column}: stands in two rows; this table of the sheet is not used", "{column}：有两行相同，本表未采用"),
    "resident_unknown": BilingualText("{column}: write it as the form has it; this table of the sheet is not used",
                                      "{column}：请按表中原有的写法填写，本表未采用"),
    "resident_gap": BilingualText("{column}: groups are missing or overlap, so that this table of the sheet is not used",
                                  "{column}：分组有空缺或重叠，本表未采用"),
    "resident_alone": BilingualText("{column}: needs households and members by township beside it; it is not used",
                                    "{column}：须同时填写各乡镇的家庭户数和人口，未采用"),
    "resident_few": BilingualText("{column}: fewer than five households; add them to a neighbouring township", "{column}：不足 5 户，请并入相邻乡镇"),
    "sum": BilingualText("{column}: the total is not the sum of the rows above", "{column}：合计数不等于以上各行之和"),
    "column_missing": BilingualText("no table has the column {column}: {detail}; export it as well", "没有“{column}”一列：{detail}；请连同该列一起导出"),
    "incomes_unused": BilingualText("{column}: filled in for too few households ({detail}), so that no income of these tables is used; fill "
                                    "them in, with 0 where there is none",
                                    "{column}：填写的户数太少（{detail}），各户收入均未采用；请补齐，没有这项收入的填 0"),
    "place_twice": BilingualText("{column}: the same as in {detail}; it is counted once; keep one of the two",
                                 "{column}：与{detail}相同，只计一次；请只留一行"),
    "sheet_unread": BilingualText("no columns of the systems or of the form were found here; nothing of this sheet was read",
                                  "没有找到系统导出或县情表的列名，本表未读取"),
    "plan_value": BilingualText("the plan cannot be used as it stands, and was not written; 'xianjie check FILE' says what to mend",
                                "方案表有误，未采用；运行 xianjie check 并写上这个文件名，可看到应怎样改"),
    "plan_contradicts": BilingualText("the plan was not written: {detail}", "方案未采用：{detail}"),
    "plan_extends": BilingualText("the plan builds on a file of its own; write the name of a shipped plan, such as baseline.yaml",
                                  "方案建立在别的文件上；请写自带方案的名称，如 baseline.yaml"),
    "plan_twice": BilingualText("another workbook has a plan as well; the first is used", "另一工作簿也填了方案，采用前一个"),
}  # fmt: skip
assert set(TEXTS) == set(get_args(Kind))

#: One fault in most rows of a column is a property of the export: it is said once.
MOST_ROWS = 0.3
FEW_ROWS = 20


@dataclass(frozen=True)
class Finding:
    """Something wrong at one row; ``row`` as Excel shows it, 0 for a whole sheet. ``rows``: how many rows it stands for."""

    file: str
    sheet: str
    row: int
    kind: str
    column: str
    english: str
    chinese: str
    rows: int = 1

    @property
    def contradiction(self) -> bool:
        """Whether facts contradict each other."""
        return self.kind.startswith("contradiction_")

    def described(self) -> dict[str, object]:
        """For JSON."""
        return {"file": self.file, "sheet": self.sheet, "row": self.row, "column": self.column, "kind": self.kind,
                "rows": self.rows, "zh": self.chinese, "en": self.english}  # fmt: skip


@dataclass(frozen=True)
class Note:
    """What was repaired or passed over, and is no fault: how many and where."""

    file: str
    sheet: str
    text: BilingualText

    def described(self) -> dict[str, object]:
        """For JSON."""
        return {"file": self.file, "sheet": self.sheet, "zh": self.text.chinese, "en": self.text.english}


@dataclass
class Findings:
    """All that was found, in the order of files and rows."""

    found: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _seen: set[tuple[str, str, int, str, str]] = field(default_factory=set)

    def add(self, where: tuple[str, str], row: int, kind: Kind, column: str = "", detail: BilingualText | None = None) -> None:
        """Add a finding at a row, once for each kind and column."""
        key = (*where, row, kind, column)
        if key in self._seen:
            return
        self._seen.add(key)
        text = TEXTS[kind]
        english, chinese = detail or ("", "")
        self.found.append(
            Finding(*where, row, kind, column, text.english.format(column=column, detail=english),
                    text.chinese.format(column=column, detail=chinese))
        )  # fmt: skip

    def has(self, where: tuple[str, str], row: int, kind: Kind, column: str = "") -> bool:
        """Whether this was found."""
        return (*where, row, kind, column) in self._seen

    def note(self, where: tuple[str, str], english: str, chinese: str) -> None:
        """Say what was repaired or passed over."""
        self.notes.append(Note(*where, BilingualText(english, chinese)))

    def finish(self, rows: dict[tuple[str, str], int]) -> None:
        """Put findings in order; what is found in most ``rows`` of a sheet is said once, and what is a way of exporting is a note."""
        groups: dict[tuple[str, str, str, str], list[Finding]] = {}
        for each in self.found:
            groups.setdefault((each.file, each.sheet, each.kind, each.column), []).append(each)
        kept: list[Finding] = []
        for (file, sheet, kind, _column), found in groups.items():
            total = rows.get((file, sheet), 0)
            if len(found) <= max(FEW_ROWS, MOST_ROWS * total) or total == 0:
                kept += found
                continue
            first = min(found, key=lambda each: each.row)
            english, chinese = f"{first.english} ({len(found)} rows)", f"{first.chinese}（共 {len(found)} 行）"
            if kind in ("masked", "digit"):
                self.note((file, sheet), english, chinese)
            else:
                kept.append(Finding(file, sheet, first.row, kind, first.column, english, chinese, len(found)))
        order = {where: number for number, where in enumerate(rows)}
        self.found = sorted(kept, key=lambda each: (order.get((each.file, each.sheet), len(order)), each.row, each.kind))

    @property
    def contradictions(self) -> list[Finding]:
        """Facts that contradict each other."""
        return [each for each in self.found if each.contradiction]
