"""The production accounts of a founded county: what is grown and raised, on how much land, by whom, and what it is worth."""

from collections.abc import Mapping
from typing import Any

from sim.core.binding import Tables
from sim.core.inputs.resolve import Values
from sim.world.codes import Commodity

#: Name, unit of output, unit of what bears it, and where the quantity is published that founding is held against.
LINES: dict[Commodity, tuple[dict[str, str], str, str, dict[str, str]]] = {
    Commodity.MAIZE: (
        {"zh": "粮食", "en": "Grain"}, "t", "mu", {"zh": "方案附件四：5.4亿斤", "en": "annex 4.2: 540 million jin"}
    ),
    Commodity.VEGETABLES: (
        {"zh": "设施蔬菜", "en": "Greenhouse vegetables"}, "t", "mu", {"zh": "方案附件二：92万吨", "en": "annex 2.2: 920 000 t"}
    ),
    Commodity.FLOWERS: (
        {"zh": "鲜切花", "en": "Cut flowers"}, "stems", "mu", {"zh": "方案附件二：2.46亿支", "en": "annex 2.2: 246 million"}
    ),
    Commodity.HOGS: (
        {"zh": "生猪", "en": "Hogs"}, "heads", "heads raised",
        {"zh": "方案附件二：饲养量105万头，其中出栏六成", "en": "annex 2.2: 1.05 million raised, three in five of them sold"},
    ),
    Commodity.CATTLE: (
        {"zh": "肉牛", "en": "Cattle"}, "heads", "heads raised",
        {"zh": "方案附件二：饲养量32万头，其中出栏三分之一", "en": "annex 2.2: 320 000 raised, a third of them sold"},
    ),
    Commodity.FRUIT: ({"zh": "水果", "en": "Fruit"}, "t", "mu", {"zh": "未见公布", "en": "none published"}),
}  # fmt: skip

#: The goal's threshold that holds the published quantity: of output, or of heads raised, of which a year sells a part.
THRESHOLDS: dict[Commodity, str] = {
    Commodity.MAIZE: "grain",
    Commodity.VEGETABLES: "vegetables",
    Commodity.FLOWERS: "flowers",
    Commodity.HOGS: "hogs",
    Commodity.CATTLE: "cattle",
}


def published_quantities(values: Values, p: Any) -> dict[Commodity, float]:
    """What the paper says a year brings, in the unit of output, at the county's size; nothing for what it does not name."""
    found = {}
    for kind, threshold in THRESHOLDS.items():
        asked = float(values.at(f"thresholds.{threshold}"))
        found[kind] = asked * p.farm_yield[kind] if LINES[kind][2] == "heads raised" else asked
    return found


def production_accounts(tables: Tables, p: Any, published: Mapping[Commodity, float]) -> list[dict[str, Any]]:
    """A row for each commodity, of an ordinary year at prices of 2020, as the county was founded.

    ``households`` that grow it; ``quantity`` in ``unit`` of all, ``of_households`` and ``of_enterprises``; ``published`` (see
    :func:`published_quantities`) and where; ``bears`` (mu, or heads raised) in ``bears_unit``; ``value``: gross, of all;
    ``household_value`` and ``household_net``: what households sell, and less what it costs them, yuan.
    """
    households, enterprises = tables["households"], tables["enterprises"]
    weight = households["weight"].astype(float)
    rows = []
    for kind, (name, unit, bears_unit, where) in LINES.items():
        net = float((weight * households["holdings"][:, kind]).sum())  # a product of matrices would wake all processors
        sold = net / p.net_share[kind]
        grown = float((enterprises["grows"] * enterprises["alive"])[enterprises["commodity"] == kind].sum())
        quantity = (sold + grown) / p.farm_price[kind]
        rows.append({
            "id": kind.name.lower(), "name": name, "unit": unit, "quantity": quantity,
            "published": published.get(kind), "published_where": where,
            "of_households": sold / p.farm_price[kind], "of_enterprises": grown / p.farm_price[kind],
            "households": int(weight[households["holdings"][:, kind] > 0.0].sum()),
            "bears": quantity / p.farm_yield[kind], "bears_unit": bears_unit,
            "value": sold + grown, "household_value": sold, "household_net": net,
        })  # fmt: skip
    return rows
