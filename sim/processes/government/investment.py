"""Projects that the county brings in beside the enclaves: processing, logistics, joint ventures, and the jobs they open."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import transfer
from sim.core.process import process


@compiled
def announced(p):
    """What the year's projects are announced to invest, in yuan: their number times the size that the paper asks for at least."""
    logistics = max(p.logistics - p.large_logistics, 0.0) * p.logistics_size + p.large_logistics * p.large_logistics_size
    processing = p.processing * p.processing_size + p.large_processing * p.large_processing_size
    return processing + logistics + p.joint_ventures * p.joint_venture_size + p.top_firms * p.top_firm_size


@process(
    reads="environment.cost_trend",
    writes="environment.projects_building environment.project_jobs",
    pays="project_support: farm_projects -> outside",
)
def investment(county, p, draws, books):
    """Last year's projects open and hire; this year's are supported and begin to build. Of what is announced, a part is built."""
    environment = county.environment[0]
    environment.project_jobs += environment.projects_building / p.yuan_a_job * p.local_share * (1.0 - p.displacement)
    environment.projects_building = announced(p) * p.built
    cost = environment.projects_building * p.support * environment.cost_trend
    if cost > 0.0:
        transfer(books.project_support, cost, p.processing + p.large_processing + p.logistics + p.joint_ventures + p.top_firms)
