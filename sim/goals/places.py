"""What is counted of places: townships, villages, enterprises, village assets, enclave projects."""

from sim.core.compiled.compilation import compiled
from sim.goals.measure import Measure
from sim.world.codes import AssetState, ProjectStage, Sector


@compiled
def measure_enterprise(enterprise, scale, out):
    """Add one enterprise that operates."""
    if enterprise.sector == Sector.PROCESSOR:
        out[Measure.PROCESSORS] += 1.0
        if enterprise.revenue >= scale:
            out[Measure.ABOVE_SCALE] += 1.0
    elif enterprise.sector == Sector.LEADING_FIRM:
        out[Measure.LEADING_FIRMS] += 1.0
        out[Measure.TIGHT_FIRMS] += enterprise.tight
    elif enterprise.sector == Sector.COOPERATIVE:
        out[Measure.COOPERATIVES] += 1.0
    elif enterprise.sector == Sector.FAMILY_FARM:
        out[Measure.FAMILY_FARMS] += 1.0
    elif enterprise.sector == Sector.ENCLAVE:
        out[Measure.ENCLAVE_REGISTERED] += enterprise.registered
    out[Measure.CLUSTER_REVENUE] += enterprise.revenue
    out[Measure.FIRM_JOBS] += enterprise.registered + enterprise.staff
    out[Measure.FIRM_VALUE_ADDED] += enterprise.sales - enterprise.inputs


@compiled
def measure_places(townships, villages, enterprises, assets, enclaves, scale, month, out):
    """Add a month's sums of places, enterprises and projects into ``out`` (townships × measures); ``scale`` in yuan a year."""
    for row in range(len(townships)):
        out[row, Measure.TOWNSHIP_REVENUE] += townships[row].revenue_year
        out[row, Measure.TOWNSHIP_NEED] += townships[row].need_year
        for kind in range(len(townships[row].grown)):
            out[row, Measure.GRAIN + kind] += townships[row].grown[kind]
        out[row, Measure.GREENHOUSES_BUILT] += townships[row].built
        out[row, Measure.GREENHOUSES_PUBLIC] += townships[row].built_publicly
        out[row, Measure.FARM_SALES] += townships[row].farm_sales
        out[row, Measure.FARM_NET] += townships[row].farm_net
    for village in villages:
        out[village.township, Measure.VILLAGE_HOUSEHOLDS] += village.households
        out[village.township, Measure.TAP_HOUSEHOLDS] += village.households * village.tap
    for enterprise in enterprises:
        if enterprise.alive == 1:
            measure_enterprise(enterprise, scale, out[enterprise.township])
    for asset in assets:
        cell = out[villages[asset.village].township]
        cell[Measure.ASSETS] += 1.0
        cell[Measure.ASSETS_OPERATING] += 1.0 if asset.state == AssetState.OPERATING else 0.0
        cell[Measure.ASSET_ARREARS] += asset.arrears
    for project in enclaves:
        cell = out[project.township]
        if project.landed == month:
            cell[Measure.LANDED] += 1.0
        if project.stage == ProjectStage.PRODUCING:
            cell[Measure.PRODUCING] += 1.0
