"""Parameters of earlier versions that are no more, each with the reason and what to write instead."""

from collections.abc import Mapping, Sequence

from sim.core.inputs.errors import BilingualText, unknown

#: By id: why it went and what does its work, in English and Chinese.
REMOVED: dict[str, BilingualText] = {
    "enclave_projects.local_jobs": BilingualText(
        "new local jobs are compared with the local jobs founded; set founding.local_share or founding.local_jobs",
        "新增就近岗位改与建县时的就近就业人数相比；请设 founding.local_share 或 founding.local_jobs",
    ),
    "enterprises.local_jobs": BilingualText(
        "new local jobs are compared with the local jobs founded; set founding.local_share or founding.local_jobs",
        "新增就近岗位改与建县时的就近就业人数相比；请设 founding.local_share 或 founding.local_jobs",
    ),
    "farm_works.greenhouse_cost": BilingualText(
        "public and private greenhouses cost the same; set farm_choice.capital",
        "公建与农户自建大棚同一造价；请设 farm_choice.capital",
    ),
    "farming.fresh_sales": BilingualText(
        "it follows from what the county produces; set founding.output or farming.farm_price",
        "由全县产量和出场价格推算；请设 founding.output 或 farming.farm_price",
    ),
    "farming.grain_land": BilingualText(
        "it follows from the grain the county produces; set founding.output or founding.farm_yield",
        "由全县粮食产量和单产推算；请设 founding.output 或 founding.farm_yield",
    ),
    "linkage.processor_floor": BilingualText(
        "prices hardly ever fell so low, so it moved nothing; set linkage.floor_price, the floor of orders",
        "价格几乎不会跌到这个水平，该项不起作用；请设订单保底价 linkage.floor_price",
    ),
}


def no_parameter(english: str, chinese: str, identity: str, known: Sequence[str] | Mapping[str, str]) -> BilingualText:
    """That there is no such parameter: why not any more, or else both texts with the name and the nearest known one."""
    reason = REMOVED.get(identity)
    if reason is None:
        return unknown(english, chinese, identity, known)
    return BilingualText(f"'{identity}' was removed: {reason.english}", f"“{identity}”已取消：{reason.chinese}")
