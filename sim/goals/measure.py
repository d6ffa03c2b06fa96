"""The sums that are kept of every month, by township and segment."""

from enum import IntEnum, auto


class Measure(IntEnum):
    """The sums kept, weighted by the households a row stands for. Persons unless said otherwise; yuan for money."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return count

    PERSONS = auto()
    HOUSEHOLDS = auto()
    INCOME = auto()
    INCOME_12 = auto()
    WAGES = auto()
    BUSINESS = auto()
    PROPERTY = auto()
    TRANSFERS = auto()
    RIGID = auto()
    DEBT = auto()
    REGISTERED = auto()
    REGISTERED_HOUSEHOLDS = auto()
    REGISTERED_INCOME_12 = auto()
    REGISTERED_RIGID = auto()
    BELOW = auto()  # registered, R3, not inherited
    BELOW_INCOME = auto()  # registered, R2, not inherited
    BELOW_SPELL = auto()  # registered, R3 for three months or more, not inherited
    BELOW_INHERITED = auto()  # registered, below since before January 2021
    UNDETECTED = auto()  # registered, R3, never identified
    REPORTED_BELOW = auto()  # registered, R1
    POLISHED = auto()  # registered, left out of R1 under the pressure of assessment
    AT_RISK = auto()
    AT_RISK_REGISTERED = auto()
    ENTERED = auto()  # registered households entering R3 this month
    RISK_BEGAN = auto()  # households whose true risk began this month
    MONITORED = auto()
    MONITORED_REGISTERED = auto()
    ON_FILE = auto()  # persons of households ever listed for monitoring, whether or not their risk was eliminated
    ON_FILE_REGISTERED = auto()
    ON_FILE_ELIMINATED = auto()  # persons of those households without an open case
    # persons of households on the list by official type, those that the sweep of 2020 listed as marginal included
    LISTED_UNSTABLE = auto()
    LISTED_MARGINAL = auto()
    LISTED_SUDDEN = auto()
    LISTED = auto()  # the three together
    IDENTIFIED = auto()  # households identified this month
    DELAY = auto()  # months from onset to identification, summed over them
    CASES = auto()  # households identified two years ago or earlier
    ELIMINATED = auto()  # those of them whose risk was eliminated within two years
    ELIMINATED_AT_RISK = auto()  # those of them truly at risk all the same
    WAITING = auto()  # identified before this month, no measure yet: households
    LATE = auto()  # identified, and below for longer than a quarter since: households
    DIBAO = auto()
    DIBAO_REGISTERED = auto()
    DIBAO_YUAN = auto()
    POSTS = auto()
    OUTSIDE = auto()  # registered persons in work outside
    LOCAL = auto()  # registered persons in local firms
    WAITING_HELP = auto()  # packages in the queue
    REGISTERED_WAGES = auto()
    REGISTERED_INCOME = auto()
    POOREST = auto()  # registered persons of households on dibao when January 2021 began
    POOREST_INCOME_12 = auto()
    ABLE = auto()  # registered persons able to work, out of school
    WORKING = auto()  # those of them in any work, the own farm included
    PAID_WORK_WISHED = auto()  # those of them who are in paid work or look for it
    PAID_HALF_YEAR = auto()  # those who wish it and were paid in six months or more since January
    ABLE_HOUSEHOLDS = auto()  # registered households with somebody able to work
    IDLE_HOUSEHOLDS = auto()  # those of them in which nobody works
    ELIGIBLE = auto()  # persons of households whose countable income is below the dibao line, without disqualifying means
    ELIGIBLE_UNSERVED = auto()  # those of them without dibao
    SERVED_INELIGIBLE = auto()  # persons on dibao who are none of them
    PROMISED_ORDINARY = auto()  # hospital cost of registered patients to which the promised rate relates, yuan
    REIMBURSED_ORDINARY = auto()  # what all layers paid of it
    PROMISED_MAJOR = auto()
    REIMBURSED_MAJOR = auto()
    BILLED = auto()  # all hospital bills of registered patients
    REIMBURSED = auto()
    POOR_STUDENTS = auto()  # students of the zero-burden list in school
    BURDENED_STUDENTS = auto()  # those of them whose household paid something for the school year
    # From here on places, enterprises and projects; they belong to a township, not to a segment.
    VILLAGE_HOUSEHOLDS = auto()
    TAP_HOUSEHOLDS = auto()
    LANDED = auto()  # enclave projects landed this month
    PRODUCING = auto()  # enclave projects producing
    ENCLAVE_REGISTERED = auto()  # registered persons whom they employ
    TOWNSHIP_REVENUE = auto()  # since January, yuan
    TOWNSHIP_NEED = auto()
    PROCESSORS = auto()
    ABOVE_SCALE = auto()  # processors above the statistical threshold of scale
    LEADING_FIRMS = auto()
    COOPERATIVES = auto()
    FAMILY_FARMS = auto()
    TIGHT_FIRMS = auto()  # leading firms with tight linkage
    CLUSTER_REVENUE = auto()  # of processors and leading firms, in the year assessed last, yuan
    FIRM_JOBS = auto()  # jobs held in village enterprises and enclave projects, registered or not
    FIRM_VALUE_ADDED = auto()  # their sales of the month less what they used up, yuan
    ASSETS = auto()  # village assets
    ASSETS_OPERATING = auto()
    ASSET_ARREARS = auto()  # yuan owed to villages
    # Sold this month, in the order of commodities: tonnes, stems, heads.
    GRAIN = auto()
    VEGETABLES = auto()
    FLOWERS = auto()
    HOGS = auto()
    CATTLE = auto()
    FRUIT = auto()
    GREENHOUSES_BUILT = auto()  # mu since January, by households
    GREENHOUSES_PUBLIC = auto()  # mu since January, for them with public money
    FARM_SALES = auto()  # what households sold from their farms, yuan
    FARM_NET = auto()  # less what it cost them


#: The first of the measures that belong to a place.
FIRST_OF_PLACES = Measure.VILLAGE_HOUSEHOLDS
