"""THE MONTH. What happens in a county in a month, in this order, and why each thing has its place. Read this first."""

from sim.core.calendar import (
    APRIL,
    AUGUST,
    DECEMBER,
    FEBRUARY,
    JANUARY,
    JULY,
    JUNE,
    MARCH,
    MAY,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    Part,
    in_months,
    monthly,
    quarterly,
    steps_of,
    yearly,
)
from sim.core.inputs.parameters import load_all
from sim.processes.enterprise.enclave_projects import (
    enclave_leads,
    enclave_pipeline,
    enclave_production,
    land_quota,
    township_effort,
)
from sim.processes.enterprise.enterprise_growth import added_jobs, cluster_sales, enterprise_openings
from sim.processes.enterprise.enterprises import enterprise_trade, enterprises, lay_offs, staff_wages
from sim.processes.enterprise.linkage import orders, profit_shares, tight_linkage
from sim.processes.enterprise.village_assets import asset_returns, asset_states, dividends
from sim.processes.environment.epidemics import epidemics
from sim.processes.environment.lines import lines
from sim.processes.environment.prices import prices, seasons
from sim.processes.environment.province import province
from sim.processes.environment.wages import slump, trends, wages
from sim.processes.environment.weather import STORM_MONTHS, clear_sky, hail, weather
from sim.processes.government.budget import industry, monthly_tranche, year_end
from sim.processes.government.capacity import verification_capacity
from sim.processes.government.county_decision import county_decision, county_statistics
from sim.processes.government.farm_works import farm_works
from sim.processes.government.investment import investment
from sim.processes.government.stationed_teams import stationed_teams
from sim.processes.government.township_decision import township_decision
from sim.processes.government.township_finance import township_budgets, township_finance
from sim.processes.government.training import training
from sim.processes.government.water_works import water_works
from sim.processes.government.work_relief import work_relief
from sim.processes.household_economy.accounts import close_accounts, living_and_coping, mark_inherited
from sim.processes.household_economy.demography import ageing_and_deaths, births, school_year
from sim.processes.household_economy.family_division import family_division, moving
from sim.processes.household_economy.farm_choice import farm_choice
from sim.processes.household_economy.farming import farming
from sim.processes.household_economy.land_rents import land_rents
from sim.processes.household_economy.local_spillover import local_spillover
from sim.processes.household_economy.microcredit import loan_service, new_loans, risk_compensation
from sim.processes.labour.earnings import earnings, farm_hands, going_pay
from sim.processes.labour.labour_choice import job_search, labour_choice
from sim.processes.labour.own_work import own_work
from sim.processes.labour.public_posts import public_posts
from sim.processes.labour.separations import separations
from sim.processes.monitoring.assessment import assessment
from sim.processes.monitoring.case_review import case_review
from sim.processes.monitoring.data_match import data_match
from sim.processes.monitoring.follow_up import follow_up
from sim.processes.monitoring.help_effects import help_effects
from sim.processes.monitoring.relapse_records import relapse_records
from sim.processes.monitoring.risk_elimination import risk_elimination
from sim.processes.monitoring.self_report import self_report
from sim.processes.monitoring.stepping_out import stepping_out
from sim.processes.monitoring.targeted_help import help_requests, targeted_help
from sim.processes.monitoring.township_verification import signal_verification, township_round
from sim.processes.monitoring.village_visit import village_visit
from sim.processes.safety_net.chronic_care import chronic_care
from sim.processes.safety_net.dibao import (
    dibao_application,
    dibao_decision,
    dibao_payment,
    dibao_review,
    dibao_uprating,
)
from sim.processes.safety_net.farm_insurance import crop_claims, farm_premium, shed_claims
from sim.processes.safety_net.medical_reimbursement import medical_premium, medical_reimbursement, new_medical_year
from sim.processes.safety_net.poverty_insurance import insurance_claims, insurance_premium, insurance_year
from sim.processes.safety_net.transfers import pension_contributions, pensions, remittances, subsidies
from sim.processes.shocks.accidents import accidents
from sim.processes.shocks.education import school_bills, student_loan_service
from sim.processes.shocks.health import health
from sim.processes.shocks.housing import housing
from sim.processes.shocks.illness import illness
from sim.processes.shocks.livestock_disease import livestock_disease
from sim.processes.shocks.storms import storms

#: Months in which small public works can be built.
WARM_MONTHS = tuple(range(APRIL, NOVEMBER + 1))

MONTH: tuple[Part, ...] = (
    Part("外部环境", "The world outside", (
        monthly(lines, "every rule below asks for the lines in force", burn_in=True),
        yearly(JANUARY, trends, "the year's growth, before anything is priced by it"),
        monthly(slump, "strikes before wages are paid"),
        monthly(wages, "paths and errors become going wages", burn_in=True),
        monthly(going_pay, "what each market pays, before anybody chooses", burn_in=True),
        monthly(seasons, "when in the year things are sold", burn_in=True),
        monthly(prices, "before firms and farms sell at them"),
        yearly(MAY, weather, "the crop stands; the autumn's harvest is decided"),
        in_months((MARCH, AUGUST), clear_sky, "the season of storms is over"),
        in_months(STORM_MONTHS, hail, "before greenhouses are counted"),
        monthly(epidemics, "before anybody falls ill"),
        yearly(JANUARY, province, "shares the year's errors drawn by trends"),
    )),
    Part("人口", "People", (
        yearly(JANUARY, ageing_and_deaths, "who is alive this year"),
        yearly(JANUARY, health, "chronic illness and disability of the past year"),
        yearly(JANUARY, births, "after deaths: no child of the dead"),
        yearly(JANUARY, family_division, "grown children leave, before work is found for the year"),
        yearly(JANUARY, moving, "after the children: who is left decides whether to follow"),
        yearly(SEPTEMBER, school_year, "stages change; leavers look for work this month"),
    )),
    Part("县里的钱与力量", "Money and hands of the county", (
        monthly(monthly_tranche, "funds are filled before anything is paid"),
        in_months((JANUARY, JULY), county_decision, "by the records of the half-year that ended, before the tranche is spent"),
        yearly(JANUARY, township_budgets, "a new budget year, before any revenue is booked", burn_in=True),
        yearly(JANUARY, land_quota, "the year's land, before projects ask for it", burn_in=True),
        monthly(risk_compensation, "the fund is topped up before loans fall due"),
        in_months((JANUARY, APRIL, JULY, OCTOBER), township_decision, "a quarter's time is divided, before anybody uses it"),
        in_months((JANUARY, APRIL, JULY, OCTOBER), verification_capacity, "a quarter's capacity, before it is used"),
        monthly(stationed_teams, "who is posted where, before any channel asks for them", burn_in=True),
        yearly(MARCH, farm_works, "the year's works, before the season they serve"),
        yearly(MARCH, investment, "projects build from spring on, and open a year later"),
        monthly(water_works, "pipes are laid before wells fail", burn_in=True),
    )),
    Part("务工就业", "Work", (
        monthly(enterprise_trade, "sales at this month's prices, before jobs are planned", burn_in=True),
        monthly(enclave_leads, "investors look around; last month's park money draws them", burn_in=True),
        monthly(enclave_pipeline, "leads become projects, as far as the land goes", burn_in=True),
        monthly(enclave_production, "projects that produce become employers, before employers plan"),
        monthly(township_finance, "revenue with the taxes just paid", burn_in=True),
        monthly(enterprise_openings, "new places, before jobs are planned"),
        monthly(added_jobs, "what last month's industry money lets enterprises plan"),
        monthly(tight_linkage, "closer ties add jobs, before they are planned"),
        monthly(enterprises, "they plan jobs and fail before workers are counted"),
        monthly(lay_offs, "whoever they no longer employ"),
        monthly(separations, "other jobs end"),
        yearly(FEBRUARY, training, "winter courses, before people choose for the year"),
        yearly(FEBRUARY, labour_choice, "after the Spring Festival"),
        monthly(job_search, "after separations, so that a job lost may be found again in the same month"),
        monthly(public_posts, "the last resort, after the market; posts are an entitlement once contracted"),
        monthly(farm_hands, "who is at home on the farm, when all moves are made", burn_in=True),
    )),
    Part("收入", "Income", (
        yearly(FEBRUARY, farm_choice, "after the Spring Festival, when labour is chosen", burn_in=True),
        monthly(farming, "sales at this month's prices", burn_in=True),
        yearly(JANUARY, land_rents, "rents of the year are paid before the Spring Festival", burn_in=True),
        monthly(orders, "the floor price is known once the price is", burn_in=True),
        monthly(earnings, "wages by the status just reached", burn_in=True),
        monthly(staff_wages, "what firms owe for workers who have no row, once all local pay is known", burn_in=True),
        monthly(own_work, "whoever is at home earns something beside the farm", burn_in=True),
        in_months(WARM_MONTHS, work_relief, "whoever is still at home may be hired for the month"),
        monthly(asset_states, "who operates, before returns fall due"),
        monthly(asset_returns, "returns of the month, at its prices", burn_in=True),
        yearly(DECEMBER, dividends, "the year's returns are in", burn_in=True),
        yearly(DECEMBER, profit_shares, "after the year's sales and wages", burn_in=True),
        monthly(loan_service, "old loans before new ones", burn_in=True),
        monthly(new_loans, "by last month's accounts, and free of a loan that has just ended"),
        monthly(help_effects, "what was delivered last month begins to work, and counts as this month's income"),
    )),
    Part("意外冲击", "Shocks", (
        monthly(illness, "bills of the month", burn_in=True),
        yearly(JANUARY, new_medical_year, "a new insurance year, before its first bill is settled", burn_in=True),
        yearly(OCTOBER, medical_premium, "collected in autumn for the year that follows", burn_in=True),
        monthly(medical_reimbursement, "the stack pays at discharge", burn_in=True),
        monthly(chronic_care, "outpatient care", burn_in=True),
        monthly(accidents, "other heavy costs", burn_in=True),
        yearly(SEPTEMBER, school_bills, "due when the school year begins", burn_in=True),
        yearly(DECEMBER, student_loan_service, "due at the year's end, with this autumn's loans", burn_in=True),
        monthly(storms, "greenhouses break and are rebuilt", burn_in=True),
        yearly(APRIL, farm_premium, "insured before the season's damage", burn_in=True),
        in_months(STORM_MONTHS, shed_claims, "damage of the month", burn_in=True),
        yearly(OCTOBER, crop_claims, "the harvest is weighed", burn_in=True),
        monthly(livestock_disease, "herds shrink and recover"),
        monthly(housing, "houses and wells", burn_in=True),
        yearly(JANUARY, insurance_year, "a new insurance year, before the month's own spending is added", burn_in=True),
        monthly(insurance_premium, "the reserve, before it is claimed", burn_in=True),
        monthly(insurance_claims, "last of the shocks: it looks at all that households had to bear themselves", burn_in=True),
    )),
    Part("兜底保障", "Safety net", (
        monthly(dibao_application, "by last month's accounts: nobody knows this month's yet"),
        monthly(dibao_decision, "applications that fall due"),
        monthly(dibao_review, "before payment, so that an exit saves this month's money"),
        yearly(JULY, dibao_uprating, "the new line holds from July"),
        monthly(dibao_payment, "paid by the files as they now stand", burn_in=True),
        monthly(pensions, "pensions and allowances", burn_in=True),
        yearly(NOVEMBER, pension_contributions, "paid in before the year ends", burn_in=True),
        yearly(APRIL, subsidies, "paid in spring", burn_in=True),
        monthly(remittances, "relatives see the month's need", burn_in=True),
        monthly(local_spillover, "when all public money of the month has been paid", burn_in=True),
    )),
    Part("农户月末结算", "The household's month ends", (
        monthly(living_and_coping, "lives on what came in; borrows or saves", burn_in=True),
        monthly(close_accounts, "twelve months are added up; the truth about risk and relapse is noted", burn_in=True),
    )),
    Part("动态监测", "The administration looks", (
        monthly(self_report, "the nearest source first"),
        monthly(village_visit, "the monthly round"),
        quarterly(data_match, "departments compare at the quarter's end"),
        quarterly(township_round, "after the match, so that it adds what nobody saw"),
        monthly(stepping_out, "a household noticed among several alike gets its own row, before it becomes a file"),
        monthly(signal_verification, "every signal is verified before it counts"),
        monthly(assessment, "pressure by last month's records, before cases are opened, closed and counted"),
        monthly(case_review, "cases are opened or dismissed"),
    )),
    Part("帮扶", "Help", (
        monthly(help_requests, "what new cases lack"),
        monthly(industry, "the industry share of the tranche, after entitlements and before single households are helped"),
        monthly(targeted_help, "rations what is left"),
        yearly(DECEMBER, year_end, "when all has been helped that the year can help"),
        monthly(follow_up, "what is seen of it"),
        monthly(risk_elimination, "after the visit it rests on"),
        monthly(relapse_records, "the official count, last of all"),
        yearly(DECEMBER, cluster_sales, "the year's sales, for the year's count", burn_in=True),
        in_months((JUNE, DECEMBER), county_statistics, "the half-year is over; next month the county decides", burn_in=True),
        yearly(DECEMBER, township_effort, "the year is assessed when it is over", burn_in=True),
    )),
)  # fmt: skip

#: Done once, between burn-in and January 2021.
OPENING = (mark_inherited,)

PROCESSES_IN_ORDER = (*(step.process for step in steps_of(MONTH)), *OPENING)


def bind() -> None:
    """Give every process the named tuples that it is called with; done once, when the parameters can be read."""
    book = load_all()
    for process in PROCESSES_IN_ORDER:
        process.bind(sorted(book.of(process.owner)))
