"""What the annex asks the county to produce in 2021 (Y)."""

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_in_year
from sim.goals.measure import Measure


def _produced(inputs: GoalInputs, measure: Measure, threshold: str, factor: float = 1.0) -> GoalOutcome:
    """Whether a year's output reached its target; the margin is relative to it."""
    target = inputs.threshold(threshold)
    output = factor * inputs.yearly(measure).sum(axis=1)[1:]
    return outcome_in_year(inputs, 2021, output / target - 1.0, output / target)


def _raised(inputs: GoalInputs, measure: Measure, threshold: str, kind: int) -> GoalOutcome:
    """Animals raised: those sold in the year over the part of a herd that a year sells."""
    return _produced(inputs, measure, threshold, 1.0 / float(inputs.values.at("founding.farm_yield")[kind]))


@goal("Y_grain", "粮食产量5.4亿斤", "540 million jin of grain",
      "2021年粮食产量达到5.4亿斤（27万吨）以上。", None, "share", deadline=2021, watched="grain")  # fmt: skip
def grain(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 the county's farms bring in at least 540 million jin (270,000 t) of grain. Value: output over what is asked."""
    return _produced(inputs, Measure.GRAIN, "grain")


@goal("Y_vegetables", "设施蔬菜92万吨", "920,000 t of greenhouse vegetables",
      "2021年设施蔬菜产量达到92万吨。", None, "share", deadline=2021, watched="vegetables")  # fmt: skip
def vegetables(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 households, cooperatives and firms sell at least 920,000 t of greenhouse vegetables."""
    return _produced(inputs, Measure.VEGETABLES, "vegetables")


@goal("Y_greenhouses", "新建设施农业1万亩", "10,000 mu of new greenhouse land",
      "2021年新建设施农业面积达到1万亩以上；含公建；合作社、家庭农场和企业的新建面积按产量占比推算。", None, "share", deadline=2021, watched="greenhouses_built")  # fmt: skip
def greenhouses(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 at least 10,000 mu of greenhouse land are built: by households, with public money, and by cooperatives and firms
    in proportion to their part of the vegetables."""
    target = inputs.threshold("greenhouses")
    of_households = float(
        inputs.values.at("founding.household_share")[Measure.VEGETABLES - Measure.GRAIN - 1]
    )  # grain has no part
    built = inputs.year_end(Measure.GREENHOUSES_BUILT).sum(axis=1)[1:] / of_households
    built = built + inputs.year_end(Measure.GREENHOUSES_PUBLIC).sum(axis=1)[1:]
    return outcome_in_year(inputs, 2021, built / target - 1.0, built / target)


@goal("Y_flowers", "鲜切花2.46亿支", "246 million cut flowers",
      "2021年鲜切花达到2.46亿支以上。", None, "share", deadline=2021, watched="flowers")  # fmt: skip
def flowers(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 households, cooperatives and firms sell at least 246 million cut flowers."""
    return _produced(inputs, Measure.FLOWERS, "flowers")


@goal("Y_bulbs", "种球0.5亿粒", "50 million bulbs",
      "2021年种球达到0.5亿粒。", None, "share", deadline=2021, watched="flowers")  # fmt: skip
def bulbs(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 at least 50 million bulbs are sold; as many go with each cut flower as the paper's two figures say."""
    return _produced(inputs, Measure.FLOWERS, "bulbs", inputs.threshold("bulbs_per_stem"))


@goal("Y_hogs", "生猪饲养量105万头", "1,050,000 hogs raised",
      "2021年生猪饲养量达到105万头。", None, "share", deadline=2021, watched="hogs")  # fmt: skip
def hogs(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 at least 1,050,000 hogs are raised: those sold and those still standing."""
    return _raised(inputs, Measure.HOGS, "hogs", Measure.HOGS - Measure.GRAIN)


@goal("Y_cattle", "肉牛饲养量32万头", "320,000 cattle raised",
      "2021年肉牛饲养量达到32万头。", None, "share", deadline=2021, watched="cattle")  # fmt: skip
def cattle(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 at least 320,000 cattle are raised: those sold and those still standing."""
    return _raised(inputs, Measure.CATTLE, "cattle", Measure.CATTLE - Measure.GRAIN)
