"""What stands in a cell, as its column wants it: a number, a month, one of a few codes. A cell that is none of these is a fault
of its field alone.
"""

import datetime
import math
import re
from typing import Any

from experiments.county_data.columns import Field
from experiments.county_data.findings import Kind
from experiments.county_data.identity import is_date
from sim.core.inputs.errors import BilingualText, UserError
from sim.core.inputs.notation import half
from sim.core.inputs.units import OfficeName
from sim.scenario.distributions import KINDS
from sim.scenario.office_values import WrongUnit, read_cell
from sim.world.codes import Cause

#: What offices write for nothing.
NOTHING = frozenset(
    ("", "无", "-", "--", "—", "——", "/", "\\", "空", "null", "NULL", "None", "nan", "N/A", "不详", "暂无", "未填")
)
YES = frozenset(
    ("是", "有", "1", "已", "√", "Y", "y", "yes", "true", "对", "享受", "已解决", "已消除", "已参加", "参加", "出列", "已出列")
)
NO = frozenset(
    (
        "否",
        "无",
        "0",
        "未",
        "×",
        "N",
        "n",
        "no",
        "false",
        "未享受",
        "未解决",
        "未消除",
        "未参加",
        "尚未实施",
        "没有",
        "不享受",
        "未出列",
        "2",
    )
)
LARGEST_MONEY = 1e9  # yuan of a household, or of a village
EARLIEST = 1900
LONGEST = 300  # letters of a cell that are looked at

REGISTERED, UNSTABLE, MARGINAL, SUDDEN = KINDS
GENERAL = "一般农户"
FULL, WEAK, UNABLE = 2, 1, 0
HEAD, SPOUSE = "head", "spouse"


class Fault(Exception):
    """That a cell is not what its column wants."""

    def __init__(self, kind: Kind, detail: BilingualText | None = None) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def text_of(cell: Any) -> str:
    """A cell as text with half-width letters; whole numbers without a decimal point."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return cell.strftime("%Y%m%d")
    return half(str(cell)[:LONGEST]).strip()


def read(cell: Any, field: Field) -> Any:
    """The value of a cell; None for nothing. Raises Fault for what the column cannot hold."""
    if cell is None or cell == "":
        return None
    reader = _READERS.get(field.kind)
    if reader is not None:
        text = text_of(cell)
        return None if text in NOTHING and field.kind not in _NAUGHT else reader(text)
    if field.kind == "month":
        return month(cell)
    if field.kind == "date":
        return date(cell)
    return number(cell, field)


def number(cell: Any, field: Field) -> float | None:
    """A number in the column's unit; ``３２００``, ``32,000`` and ``3.2万元`` are some."""
    if isinstance(cell, str) and text_of(cell) in NOTHING:
        return None
    try:
        value = float(read_cell(text_of(cell) if isinstance(cell, str) else cell, "", OfficeName(field.unit, field.unit)))
    except WrongUnit as problem:
        raise Fault("other_unit", BilingualText(problem.english, problem.chinese)) from None
    except (UserError, OverflowError):
        raise Fault("not_a_number") from None
    if not math.isfinite(value):
        raise Fault("not_a_number")
    return value


def check_range(value: float, field: Field) -> None:
    """Raise Fault where a number, in its unit, cannot be."""
    if field.least is not None and value < field.least:
        raise Fault("negative" if field.least == 0 else "impossible")
    if field.most is not None and value > field.most:
        raise Fault("impossible")
    if field.whole and value != int(value):
        raise Fault("impossible")
    if field.kind == "money" and abs(value) > LARGEST_MONEY:
        raise Fault("impossible")


def month(cell: Any) -> int | None:
    """A month as YYYYMM; a date is in its month."""
    if isinstance(cell, datetime.date):
        return cell.year * 100 + cell.month
    text = text_of(cell)
    if text in NOTHING:
        return None
    found = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})(?:[-./月]?(\d{1,2})?日?)?(?:[ T]\d.*)?月?", text)
    if found is None or not 1 <= int(found[2]) <= 12 or not EARLIEST <= int(found[1]) <= 2100:
        raise Fault("month")
    return int(found[1]) * 100 + int(found[2])


def date(cell: Any) -> tuple[int, int, int] | None:
    """A date as (year, month, day); a month has the day 0."""
    if isinstance(cell, datetime.date):
        return (cell.year, cell.month, cell.day)
    text = text_of(cell)
    if text in NOTHING:
        return None
    found = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})?日?(?:[ T]\d.*)?", text)
    if found is None or not EARLIEST <= int(found[1]) <= datetime.date.today().year:
        raise Fault("birth")
    day = int(found[3]) if found[3] else 0
    if not is_date(int(found[1]), int(found[2]), day or 1):
        raise Fault("birth")
    return (int(found[1]), int(found[2]), day)


def yes_no(text: str) -> bool:
    """Whether a cell says yes."""
    if text in YES:
        return True
    if text in NO:
        return False
    if text.startswith(("未", "不", "否", "没")):
        return False
    if text.startswith(("是", "已", "有", "享受", "参加")):
        return True
    raise Fault("unknown_value")


def household_type(text: str) -> str:
    """A household's class on the register, as ``KINDS`` names them, or ``GENERAL``."""
    kind = monitored_type(text)
    if kind != GENERAL:
        return kind
    if text.startswith(("一般", "普通", "非", "未", "边缘户以外", "其他")):
        return GENERAL
    if any(part in text for part in ("脱贫", "建档立卡", "贫困户")):
        return REGISTERED
    raise Fault("unknown_value")


def monitored_type(text: str) -> str:
    """A household's class of monitoring, as ``KINDS`` names them; ``GENERAL`` for none."""
    if "不稳定" in text:
        return UNSTABLE
    if "边缘" in text:
        return MARGINAL
    if "突发" in text or "严重困难" in text:
        return SUDDEN
    if (
        text in NO
        or text.startswith(("非", "未", "一般", "不是"))
        or any(part in text for part in ("脱贫户", "建档立卡", "普通", "其他"))
    ):
        return GENERAL
    raise Fault("unknown_value")


#: Words of a reason, the first that fits decides, and the cause of the model that stands nearest.
CAUSES = (
    (("病", "残", "健康", "医"), Cause.ILLNESS),
    (("学", "教育"), Cause.EDUCATION),
    (("灾", "旱", "洪", "雹", "虫"), Cause.DISASTER),
    (("住房", "危房", "饮水", "房屋"), Cause.HOUSING),
    (("事故", "意外", "车祸"), Cause.ACCIDENT),
    (("失业", "务工", "就业", "疫情"), Cause.JOB_LOSS),
    (("产业", "经营", "市场", "价格", "滞销"), Cause.MARKET),
    (("缺", "动力", "收入", "支出", "交通", "婚", "丧", "其他", "其它", "土地", "技术", "资金", "劳", "水"), Cause.LOW_INCOME),
)


def cause(text: str) -> Cause:
    """The model's cause nearest to a reason of the register."""
    for words, found in CAUSES:
        if any(word in text for word in words):
            return found
    raise Fault("unknown_value")


def dibao(text: str) -> bool:
    """Whether a household or a person is on dibao."""
    if "低保" in text or "最低生活" in text:
        return not text.startswith(("非", "未", "不", "否", "无"))
    if "特困" in text or "五保" in text:
        return False
    return yes_no(text)


def tekun(text: str) -> bool:
    """Whether a household has support for the destitute."""
    if "特困" in text or "五保" in text or "供养" in text:
        return not text.startswith(("非", "未", "不", "否", "无"))
    return yes_no(text)


def skill(text: str) -> int:
    """Ability to work: ``FULL``, ``WEAK`` or ``UNABLE``."""
    if text in ("无", "0") or text.startswith(("无", "丧失", "没有", "失去")):
        return UNABLE
    if "弱" in text or "半" in text or "部分" in text:
        return WEAK
    if any(part in text for part in ("普通", "技能", "有", "全", "正常", "强", "健全", "完全")):
        return FULL
    raise Fault("unknown_value")


def sex(text: str) -> bool:
    """Whether female."""
    if text in ("女", "2", "女性", "F"):
        return True
    if text in ("男", "1", "男性", "M"):
        return False
    raise Fault("unknown_value")


def student(text: str) -> bool:
    """Whether at school."""
    return not (text in NO or text.startswith(("非", "未", "不", "无", "失学", "辍学", "毕业", "学前")))


def relation(text: str) -> str:
    """``HEAD``, ``SPOUSE``, or the relation as its words for sex allow: "female", "male", "" for either."""
    if text in ("户主", "本人", "本人或户主", "1", "01"):
        return HEAD
    if "配偶" in text or text in ("妻", "夫", "妻子", "丈夫"):
        return SPOUSE
    bare = re.sub(r"之|的", "", text)
    if re.search(r"(女|媳|母|妻|姐|妹|嫂|婆|奶|姑|姨)$", bare) and "女婿" not in bare and "子女" not in bare:
        return "female"
    if re.search(r"(子|婿|父|兄|弟|爷|公|叔|伯)$", bare):
        return "male"
    return ""


def health(text: str) -> bool:
    """Whether ill or disabled."""
    return not ("健康" in text and "残" not in text and "病" not in text)


def post(text: str) -> bool:
    """Whether a person holds a public-welfare post."""
    return not (text in NO or text.startswith(("非", "未", "不", "否", "无")))


def loan(text: str) -> bool:
    """Whether a household has a small loan: help in money names one, or a column for loans says yes."""
    if "贷" in text:
        return not text.startswith(("非", "未", "不", "否", "无"))
    return text in YES or bool(re.fullmatch(r"\d+(\.\d+)?", text) and float(text) > 0)


def work_place(text: str) -> str:
    """Where a person works: "away" outside the county, "near" within, "" where that is not said."""
    if any(part in text for part in ("县外", "省外", "市外", "境外", "外省", "外县")):
        return "away"
    if any(part in text for part in ("县内", "乡镇内", "村内", "本县", "本乡", "本村", "乡内", "市内县外")):
        return "near"
    return ""


def removed(text: str) -> bool:
    """Whether a risk is removed."""
    return not (text in NO or "未" in text or text.startswith(("否", "不"))) and ("消除" in text or yes_no(text))


_READERS = {
    "household_type": household_type,
    "monitored_type": monitored_type,
    "cause": cause,
    "dibao": dibao,
    "tekun": tekun,
    "skill": skill,
    "sex": sex,
    "student": student,
    "relation": relation,
    "health": health,
    "post": post,
    "loan": loan,
    "work_place": work_place,
    "removed": removed,
    "yes_no": yes_no,
    "text": lambda text: text not in NO,
    "text_value": lambda text: text,
}
#: Kinds whose "无" or "/" says something.
_NAUGHT = frozenset(("skill", "yes_no", "dibao", "tekun", "monitored_type", "student", "post", "loan", "removed"))
