"""The codes that tables store: one IntEnum each, and −1 for "none"."""

from enum import IntEnum

NONE = -1
COMMODITY_COUNT = 6
CAUSE_COUNT = 8


class Segment(IntEnum):
    """What a household was on 1 January 2021; it keeps this label for life, so that gains and losses can be followed."""

    REGISTERED_DIBAO = 0
    REGISTERED_OTHER = 1
    OTHER_DIBAO = 2
    MARGINAL = 3
    GENERAL = 4


class Destination(IntEnum):
    """Where a person's labour goes this month."""

    OUTSIDE = 0
    LOCAL_FIRM = 1
    PUBLIC_POST = 2
    FARM = 3
    NONE = 4


class Stage(IntEnum):
    """Schooling: not in school, preschool to senior high (zero burden for poor students), or beyond."""

    NOT_IN_SCHOOL = 0
    COMPULSORY = 1
    SENIOR_HIGH = 2
    TERTIARY = 3


class Commodity(IntEnum):
    """What land, sheds and animals produce."""

    MAIZE = 0
    VEGETABLES = 1
    FLOWERS = 2
    HOGS = 3
    CATTLE = 4
    FRUIT = 5


class Cause(IntEnum):
    """Why a household came into difficulty; also the kind of risk that a monitoring case is opened for."""

    ILLNESS = 0
    DISASTER = 1
    EDUCATION = 2
    JOB_LOSS = 3
    MARKET = 4
    ACCIDENT = 5
    HOUSING = 6
    LOW_INCOME = 7


class Sector(IntEnum):
    """What a village enterprise is: the annex of the policy counts the first four."""

    PROCESSOR = 0
    LEADING_FIRM = 1
    COOPERATIVE = 2
    FAMILY_FARM = 3
    WORKSHOP = 4
    ENCLAVE = 5  # a producing enclave project, as an employer


class Industry(IntEnum):
    """The line of business of a village enterprise: those named by clauses 4.3.1 and annex 2.2."""

    VEGETABLES = 0
    FLOWERS = 1
    LIVESTOCK = 2
    FRUIT = 3
    PHOTOVOLTAICS = 4
    PROCESSING = 5


class Linkage(IntEnum):
    """How a village enterprise lets linked households take part in what it earns."""

    NONE = 0
    ORDERS = 1  # buys at no less than a floor price
    SHARES = 2  # shares its reserve once a year
    JOBS = 3  # keeps more jobs for registered workers
    ASSET_RENT = 4  # rents a village asset


class EntryRule(IntEnum):
    """Where enterprises open: where profits draw founders, helped by the county while the plan's number is missing, or by that
    number alone."""

    PROFIT = 0
    TARGET = 1


class Contract(IntEnum):
    """What the operator of a village asset owes: a fixed return, or a share of what it makes."""

    FIXED_RETURN = 0
    PROFIT_SHARE = 1


class AssetState(IntEnum):
    """Whether a village asset earns its return."""

    OPERATING = 0
    IN_ARREARS = 1
    IDLE = 2


class DividendRule(IntEnum):
    """Who shares in a village's dividends: every registered household, those in need, or those with somebody able to work."""

    EQUAL = 0
    NEED = 1
    WORK = 2


class ProjectStage(IntEnum):
    """How far an enclave project has come."""

    LEAD = 0
    SIGNED = 1
    LANDED = 2
    BUILDING = 3
    PRODUCING = 4
    STALLED = 5  # never landed, or landed and never built
    CLOSED = 6  # produced, and gave up


class FarmRule(IntEnum):
    """How households choose what they grow: never anew, by returns and neighbours, or as whoever earned most did."""

    INERTIA = 0
    RETURNS = 1
    IMITATION = 2


class LoanKind(IntEnum):
    """Microcredit for listed households, or a start-up loan with a guarantee."""

    MICROCREDIT = 0
    STARTUP = 1


class LoanState(IntEnum):
    """Whether a loan is being served."""

    ACTIVE = 0
    REPAID = 1
    DEFAULTED = 2


class CaseState(IntEnum):
    """How far a monitoring case has come."""

    VERIFYING = 0
    MONITORED = 1
    ELIMINATED = 2
    DISMISSED = 3


class Listing(IntEnum):
    """The three official types of monitored households: lifted ones that are unstable, other poor ones, and the suddenly hit."""

    UNSTABLE = 0
    MARGINAL = 1
    SUDDEN = 2


class Channel(IntEnum):
    """Who noticed first: the four channels of clause 4.4.1, and the stock inherited from 2020."""

    SELF_REPORT = 0
    VILLAGE_VISIT = 1
    DATA_MATCH = 2
    TOWNSHIP_VERIFICATION = 3
    INHERITED = 4


class Help(IntEnum):
    """Sorts of help: money once, something that develops work or business, or a repair."""

    RELIEF = 0
    DEVELOPMENT = 1
    REPAIR = 2


class QueueRule(IntEnum):
    """Who is helped first when money is short."""

    SEVERITY = 0
    FIRST_COME = 1
    RANDOM = 2
    RISK_TYPE_QUOTA = 3  # the most severe of every kind of risk before the second of any


class ReimbursementBase(IntEnum):
    """What the 90 % and 95 % are a share of: the eligible cost, or the whole bill. The policy does not say."""

    ELIGIBLE = 0
    WHOLE_BILL = 1


class DecisionRule(IntEnum):
    """How a level of government decides: as planned, by what its own records show, or by what it is assessed on."""

    AS_PLANNED = 0
    REACTIVE = 1
    UNDER_ASSESSMENT = 2


class LabourRule(IntEnum):
    """How people choose work: by weighing wages (bounded rationality), or by observed transitions."""

    UTILITY = 0
    TRANSITIONS = 1


class Network(IntEnum):
    """Whether word of work spreads: neighbours who found some help to find more, or nobody hears of it."""

    INERTIA = 0
    NEIGHBOURS = 1


class DependenceSign(IntEnum):
    """What dibao does to the search for work: nothing, it discourages, or it comes with information. The evidence conflicts."""

    NONE = 0
    DISCOURAGES = 1
    INFORMS = 2


class IncomeConcept(IntEnum):
    """Which income is held against poverty and monitoring lines: net of self-paid rigid spending, or income alone.

    OFFICIAL is income alone, looked at once a year, as the yearly check of the register does.
    """

    NET = 0
    INCOME = 1
    OFFICIAL = 2


class Event(IntEnum):
    """Common events that can push many households under together; ordinary illness is none of them.

    A crash of commodity ``c`` is ``PRICE_CRASH + c``; the failure of the enterprise in row ``e`` is ``FIRM_FAILURE + e``.
    """

    DROUGHT = 0
    SLUMP = 1
    STORM = 2
    LIVESTOCK_DISEASE = 3
    EPIDEMIC = 4
    PRICE_CRASH = 10
    FIRM_FAILURE = 1000


class SlumpKind(IntEnum):
    """Whether the outside labour market is in a slump, and why."""

    NONE = 0
    BY_LUCK = 1
    ORDERED = 2
    BOTH = 3
