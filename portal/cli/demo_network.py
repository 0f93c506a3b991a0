"""The demo network: three operators, their stations and drivers, and charging history, all made up."""

from dataclasses import dataclass

from portal.domain.operator_values import Raw

ALPINA, HARBOR, EVEREST = "HOTEL-ALPINA", "HARBOR-CAFE", "EVEREST-LODGE"

OPERATORS: tuple[Raw, ...] = (
    {
        "code": ALPINA, "name": "Hotel Alpina", "organization": "Alpina Hoteli d.o.o.",
        "address": "Cesta svobode 12", "phone": "+386 4 555 01 20", "country": "SI", "state": "Bled",
        "city": "Bled", "zip": "4260", "timezone": "Europe/Ljubljana", "currency": "EUR",
        "idle_timeout_min": "45", "monetary_session_limit": "60.00",
        "price_per_kwh_ac": "0.1800", "price_per_kwh_dc": "0.2600", "share_percent": "12.5",
        "reimbursement_first": "true", "effective_from": "2026-01",
    },
    {
        "code": HARBOR, "name": "Harbor Café", "organization": "Harbor Café LLC",
        "address": "8 Commercial Street", "phone": "+1 207 555 0134", "country": "US", "state": "Maine",
        "city": "Portland", "zip": "04101", "timezone": "America/New_York", "currency": "USD",
        "energy_step_wh": "250",
    },
    {
        "code": EVEREST, "name": "Everest Lodge", "organization": "Everest Lodge Pvt. Ltd.",
        "address": "Boudha Road 3", "country": "NP", "city": "Kathmandu", "timezone": "Asia/Kathmandu",
        "currency": "NPR",
    },
)  # fmt: skip


# What charging costs, by the operator's code; None: wherever there is no nearer tariff.
TARIFFS: dict[str | None, Raw] = {
    None: {"name": "Standard", "currency": "EUR", "price_per_kwh": "0.45", "vat_percent": "22"},
    ALPINA: {"name": "Hotel Alpina", "currency": "EUR", "price_per_kwh": "0.45", "vat_percent": "22"},
    HARBOR: {"name": "Harbor Café", "currency": "USD", "price_per_kwh": "0.39", "vat_percent": "5.5"},
    EVEREST: {"name": "Everest Lodge", "currency": "NPR", "price_per_kwh": "22", "vat_percent": "13"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """An area and the stations in it: (code, name, latitude, longitude, visible, kW, DC)."""

    code: str
    name: str
    city: str
    country: str
    operator: str | None
    stations: tuple[tuple[str, str, float, float, bool, int, bool], ...]


PLACES = (
    Place("ALPINA-LAKE", "Lakeside car park", "Bled", "SI", ALPINA, (
        ("ALP-LAKE-1", "Alpina Lakeside 1", 46.3640, 14.0935, True, 22, False),
        ("ALP-LAKE-2", "Alpina Lakeside 2", 46.3642, 14.0939, True, 22, False),
        ("ALP-LAKE-DC", "Alpina Lakeside fast", 46.3645, 14.0942, True, 150, True),
    )),
    Place("ALPINA-GARAGE", "Guest garage", "Bled", "SI", ALPINA, (
        ("ALP-GARAGE-1", "Alpina Garage 1", 46.3659, 14.0911, False, 11, False),
        ("ALP-GARAGE-2", "Alpina Garage 2", 46.3660, 14.0912, False, 11, False),
        ("ALP-STAFF", "Alpina Staff yard", 46.3671, 14.0899, False, 11, False),
    )),
    Place("ALPINA-BOHINJ", "Bohinj annex", "Bohinj", "SI", ALPINA, (
        ("ALP-BOHINJ", "Alpina Bohinj", 46.2831, 13.8868, True, 22, False),
    )),
    Place("HARBOR-PIER", "Pier parking", "Portland", "US", HARBOR, (
        ("HARBOR-1", "Harbor Pier 1", 43.6570, -70.2480, True, 7, False),
        ("HARBOR-2", "Harbor Pier 2", 43.6572, -70.2477, True, 7, False),
        ("HARBOR-STAFF", "Harbor Staff lot", 43.6581, -70.2493, False, 7, False),
    )),
    Place("EVEREST-YARD", "Lodge yard", "Kathmandu", "NP", EVEREST, (
        ("EVEREST-1", "Everest Lodge yard", 27.7215, 85.3620, True, 22, False),
        ("EVEREST-2", "Everest Lodge guests", 27.7218, 85.3624, False, 22, False),
    )),
    Place("LJUBLJANA-CITY", "Ljubljana city", "Ljubljana", "SI", None, (
        ("LJU-CENTER-1", "Kongresni trg", 46.0503, 14.5036, True, 22, False),
        ("LJU-CENTER-2", "Tivoli park", 46.0554, 14.4951, True, 22, False),
        ("LJU-STATION", "Railway station", 46.0581, 14.5116, True, 50, True),
        ("LJU-DEPOT", "Service depot", 46.0699, 14.5421, False, 150, True),
    )),
    Place("ADRIATIC", "Adriatic coast", "Koper", "SI", None, (
        ("KOPER-1", "Koper marina", 45.5480, 13.7270, True, 22, False),
        ("PIRAN-1", "Piran Fornače", 45.5213, 13.5716, True, 22, False),
        ("TRIESTE-1", "Trieste riva", 45.6480, 13.7640, True, 50, True),
    )),
    Place("ALPS", "Across the Alps", "Salzburg", "AT", None, (
        ("VILLACH-1", "Villach west", 46.6130, 13.8280, True, 150, True),
        ("SALZBURG-1", "Salzburg south", 47.7760, 13.0690, True, 150, True),
        ("GRAZ-1", "Graz main square", 47.0707, 15.4395, True, 22, False),
        ("MUNICH-1", "München east", 48.1270, 11.6050, True, 300, True),
        ("INNSBRUCK-1", "Innsbruck north", 47.2790, 11.3930, True, 50, True),
    )),
    Place("NEW-ENGLAND", "New England", "Boston", "US", None, (
        ("BOSTON-1", "Boston seaport", 42.3490, -71.0430, True, 50, True),
        ("BANGOR-1", "Bangor mall", 44.8330, -68.7430, True, 150, True),
        ("PORTSMOUTH-1", "Portsmouth circle", 43.0790, -70.7850, True, 7, False),
    )),
    Place("PACIFIC", "Pacific", "Suva", "FJ", None, (
        ("SUVA-1", "Suva waterfront", -18.1410, 178.4220, True, 22, False),
        ("TAVEUNI-1", "Taveuni wharf", -16.8600, -179.9700, True, 11, False),
    )),
)  # fmt: skip

ALPINA_DRIVERS = (
    ("D-10001", "Mia Kovač", "mia@example.com", "+386 40 555 101", "04A1B2C3D4E501"),
    ("D-10002", "Rex Novak", "rex@example.com", "+386 40 555 102", "04A1B2C3D4E502"),
    ("D-10003", "Oli Horvat", "oli@example.com", "+386 40 555 103", "04A1B2C3D4E503"),
)
FIRST_NAMES = ("Ana", "Luka", "Zoë", "Noah", "Élise", "Jörg", "Sofia", "Tenzing", "Grace", "Omar")
LAST_NAMES = ("Žagar", "Smith", "Müller", "Sherpa", "O’Brien", "Łuczak")
MORE_DRIVERS = tuple(
    (f"D-{20001 + n}", f"{first} {last}")
    for n, (first, last) in enumerate((first, last) for last in LAST_NAMES for first in FIRST_NAMES)
)

LOGINS = (
    ("admin@example.com", "Ada Admin", "admin", "CPO admin: everything"),
    ("alpina@example.com", "Alenka Alpina", ALPINA, "user of operator HOTEL-ALPINA"),
    ("harbor@example.com", "Harry Harbor", HARBOR, "user of operator HARBOR-CAFE"),
    ("mia@example.com", "Mia Kovač", "D-10001", "driver, member of HOTEL-ALPINA"),
    ("rex@example.com", "Rex Novak", "D-10002", "driver, membership of HOTEL-ALPINA revoked"),
    ("oli@example.com", "Oli Horvat", "D-10003", "driver, no membership"),
)
