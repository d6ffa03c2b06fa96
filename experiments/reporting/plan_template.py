"""An empty plan folder: what a county's own document asks for, to be filled in."""

from collections.abc import Iterator

from sim.goals import GOALS
from sim.goals.plans import national, targets_of

HEAD = {
    "zh": """# 本县方案：文件提出了哪些目标，目标值是多少。填好后用 xianjie plan check 检查。
# 国家规定的目标（不返贫、监测帮扶、低保应保尽保等）各县都评，不必再写；文件也提出的，可写上条款。

title: {zh: , en: }   # 方案名称，中英文各一句；也可以只写一句：title: 某县2021年方案
# document: {zh: 某委发〔2021〕1号, en: Document no. 1 of 2021}   # 文号，没有就不写

goals:
  # 一、模型已有的目标：文件提出的，去掉行首的 # 并填空；没有提出的，不写。
  #   clause 条款号；weight 在“方案目标达到比例”中的权重，不写即不计；
  #   targets 文件的目标值（凌源的数和单位写在行末；比例写小数，90% 写 0.9）；name 用本县的数重写名称。
""",
    "en": """# This county's plan: which goals its document asks for, and at which level. Check it with 'xianjie plan check'.
# The national rules (no relapse, monitoring and help, dibao for all who qualify) hold for every county and need not be written;
# where the document asks for one of them too, its clause may be given.

title: {zh: , en: }   # in Chinese and English, or one text for both: title: Plan of our county, 2021
# document: {zh: 某委发〔2021〕1号, en: Document no. 1 of 2021}   # what the document is called, if there is one

goals:
  # 1. Goals that the model has: take away the # in front of those that the document asks for, and fill them in; leave the others.
  #   clause: the section; weight: part in "goals of the document that are met", not counted if left out;
  #   targets: the document's own (Lingyuan's and units at the end of the line; shares as decimals, 90 % is 0.9);
  #   name: say it with this county's numbers.
""",
}
OWN = {
    "zh": """
  # 二、自定目标：文件没有提出，自己想看的。编号用小写字母；指标用 xianjie goals --indicators 列出；
  #   at_least（不低于）和 at_most（不高于）写一个；
  #   when 写 2025（当年12月）、2025-06、[2023, 2025] 或 every_year（每年末）；
  #   比例写小数，2% 写 0.02。
  # my_income:
  #   name: {zh: 2025年农村居民人均收入达到2.2万元, en: Rural income of 22 000 yuan in 2025}
  #   indicator: rural_income
  #   at_least: 22000
  #   when: 2025
""",
    "en": """
  # 2. Goals of your own, which no document asks for. Ids in small letters; 'xianjie goals --indicators' lists the
  #   indicators; write one of at_least and at_most; when is 2025 (its December),
  #   2025-06, [2023, 2025] or every_year; shares as decimals, 2 % is 0.02.
  # my_income:
  #   name: {zh: 2025年农村居民人均收入达到2.2万元, en: Rural income of 22 000 yuan in 2025}
  #   indicator: rural_income
  #   at_least: 22000
  #   when: 2025
""",
}
REGISTER = {
    "zh": """# 条款表：文件的每一个数，以及它在模型的什么地方。没有也可以：删掉本文件即可。
# kind：lever 政策措施，goal 目标，parameter 参数，indicator 指标，not_modelled 未建模（要写 reason）。
# lives 写模型里的编号，主要的在前。

departments: {}
  # labour: {zh: 县人社局, en: Human resources and social security}
reasons: {}
  # organisation: {zh: 属于工作机制，没有可测算的收支, en: Organisation; nothing that can be counted}
sections: {}
  # '4.2.1': {zh: 就业, en: Employment, departments: [labour]}
clauses: {}
  # posts: {section: 4.2.1, fixes: {zh: 公益岗位, en: Public-welfare posts}, value: 400, unit: 人, year: 2021-2025,
  #         kind: goal, lives: [E4_posts]}
""",
    "en": """# The register: every number of the document, and where in the model it is. It may be left out: delete this file.
# kind: lever, goal, parameter, indicator, or not_modelled (with a reason); lives: ids of the model, the main one first.

departments: {}
  # labour: {zh: 县人社局, en: Human resources and social security}
reasons: {}
  # organisation: {zh: 属于工作机制，没有可测算的收支, en: Organisation; nothing that can be counted}
sections: {}
  # '4.2.1': {zh: 就业, en: Employment, departments: [labour]}
clauses: {}
  # posts: {section: 4.2.1, fixes: {zh: 公益岗位, en: Public-welfare posts}, value: 400, unit: 人, year: 2021-2025,
  #         kind: goal, lives: [E4_posts]}
""",
}


def plan_text(language: str) -> str:
    """The file of an empty plan, with comments in one language."""
    return HEAD[language] + "".join(_goals(language)) + OWN[language]


def register_text(language: str) -> str:
    """The file of an empty register, with comments in one language."""
    return REGISTER[language]


def _goals(language: str) -> Iterator[str]:
    """A commented line for every goal that a document may ask for."""
    from sim.core.inputs.errors import unit_name
    from sim.core.inputs.parameters import load_all

    common = {each.id for each in national().asked}
    book = load_all().parameters
    for goal in GOALS.values():
        if goal.own or goal.id.endswith("_observed"):
            continue
        parts, units = ["clause: "], []
        for name in targets_of(goal):
            known = book[f"thresholds.{name}"]
            unit = unit_name(known.unit)
            value = known.value if isinstance(known.value, str) else f"{known.value:.10g}"
            units.append(f"{name}: {value}，{unit.chinese}" if language == "zh" else f"{name}: {value}, {unit.english}")
        if goal.id not in common:
            parts.append("weight: 1")
        if units:
            parts.append(f"targets: {{{', '.join(f'{name}: ' for name in targets_of(goal))}}}")
            parts.append("name: {zh: , en: }")
        if language == "zh":
            note = f"{'凌源的写法' if units else '含义'}：{goal.name['zh']}" + (f"（{'；'.join(units)}）" if units else "")
        else:
            note = f"{'As Lingyuan has it' if units else 'Meaning'}: {goal.name['en']}" + (
                f" ({'; '.join(units)})" if units else ""
            )
        yield f"  # {goal.id}: {{{', '.join(parts)}}}   # {note}\n"
