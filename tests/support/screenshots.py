"""Pictures of the portal's own pages on a fresh demo network, made in a real browser.

`python -m tests.support.screenshots` makes those of the README;
`python -m tests.support.screenshots --review DIR` takes every page, light and dark, on desktop and phone.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from portal.cli.demo import make_demo
from portal.cli.demo_build import PASSWORD
from tests.support.chromium import ARGUMENTS, ROOT, find_chromium
from tests.support.pages import DESKTOP, PHONE
from tests.support.serving import serving

SIZES = {"desktop": DESKTOP, "phone": PHONE}
README = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to take: its name, who looks at it, where it is."""

    name: str
    email: str | None
    path: str
    whole: bool = True


ADMIN, HOTEL, MEMBER, REVOKED = (
    "admin@example.com",
    "alpina@example.com",
    "mia@example.com",
    "rex@example.com",
)
OPERATOR = "/admin/operators/HOTEL-ALPINA"
WHAT_IF = "/admin/report/what-if?operator=HOTEL-ALPINA"
# A moment of the demo network that is always past, and always after its first day.
MOMENT = (datetime.now(UTC) - timedelta(days=45)).strftime("%Y-%m-%dT00:00:00Z")
# A session of the last days, with what its meter showed.
SESSION = "/admin/sessions/303/"
BLED = "?lat=46.365&lng=14.093&zoom=16"

SHOTS = (
    Shot("login", None, "/auth/login"),
    Shot("login-forgot", None, "/auth/forgot"),
    Shot("map-anonymous", None, f"/map/{BLED}", whole=False),
    Shot("map-world", None, "/map/", whole=False),
    Shot("map-member", MEMBER, f"/map/{BLED}", whole=False),
    Shot("map-revoked", REVOKED, f"/map/{BLED}", whole=False),
    Shot("map-station", MEMBER, f"/map/{BLED}&station=ALP-GARAGE-1", whole=False),
    Shot("map-panel", MEMBER, "/map/stations/ALP-GARAGE-1"),
    Shot("map-empty", None, "/map/?lat=46.9&lng=12.0&zoom=12", whole=False),
    Shot("map-as-offer", ADMIN, "/map/?as=D-10001", whole=False),
    Shot("map-operator", HOTEL, f"/map/{BLED}", whole=False),
    Shot("not-found", None, "/map/stations/NOPE"),
    Shot("admin-dashboard", ADMIN, "/admin/"),
    Shot("admin-operators", ADMIN, "/admin/operators/"),
    Shot("admin-operator", ADMIN, f"{OPERATOR}/"),
    Shot("admin-operator-edit", ADMIN, f"{OPERATOR}/edit/operator"),
    Shot("admin-operator-environment", ADMIN, f"{OPERATOR}/edit/environment"),
    Shot("admin-operator-delete", ADMIN, f"{OPERATOR}/delete"),
    Shot("admin-operator-archive", ADMIN, f"{OPERATOR}/archive"),
    Shot("admin-operator-audit", ADMIN, f"{OPERATOR}/audit"),
    Shot("admin-members", ADMIN, f"{OPERATOR}/members/"),
    Shot("admin-members-search", ADMIN, f"{OPERATOR}/members/?q=an"),
    Shot("admin-members-import", ADMIN, f"{OPERATOR}/members/import"),
    Shot("admin-members-dates", ADMIN, f"{OPERATOR}/members/D-10001/dates"),
    Shot("admin-members-history", ADMIN, f"{OPERATOR}/members/D-10001/history"),
    Shot("operator-members-revoked", HOTEL, "/operator/members/?state=revoked"),
    Shot("admin-wizard", ADMIN, "/admin/operators/new"),
    Shot("admin-areas", ADMIN, "/admin/areas/"),
    Shot("admin-area", ADMIN, "/admin/areas/ALPINA-GARAGE/"),
    Shot("admin-stations", ADMIN, "/admin/stations/"),
    Shot("admin-stations-bulk-hide", ADMIN, "/admin/stations/bulk?do=hide&scope=all"),
    Shot("admin-stations-bulk-move", ADMIN, "/admin/stations/bulk?do=move&scope=all&to=ALPINA-GARAGE"),
    Shot("admin-stations-bulk-close", ADMIN, "/admin/stations/bulk?do=status-closed&scope=page"),
    Shot("admin-areas-bulk", ADMIN, "/admin/areas/bulk?scope=all&to=-"),
    Shot("admin-area-assign", ADMIN, "/admin/areas/ALPINA-GARAGE/assign?operator=HARBOR-CAFE"),
    Shot("admin-stations-nothing", ADMIN, "/admin/stations/?q=zzzz"),
    Shot("admin-station", ADMIN, "/admin/stations/ALP-GARAGE-1/"),
    Shot("admin-station-edit", ADMIN, "/admin/stations/ALP-GARAGE-1/edit"),
    Shot("admin-station-new", ADMIN, "/admin/stations/new"),
    Shot("admin-why", ADMIN, "/admin/why?driver=D-10002&station=ALP-GARAGE-1"),
    Shot("admin-why-member", ADMIN, "/admin/why?driver=D-10001&station=ALP-GARAGE-1"),
    Shot("admin-then", ADMIN, "/admin/stations/ALP-GARAGE-1/then"),
    Shot("admin-then-drivers", ADMIN, f"/admin/stations/ALP-GARAGE-1/then/{MOMENT}/"),
    Shot("admin-access", ADMIN, "/admin/drivers/D-10002/access?station=ALP-GARAGE-1"),
    Shot("admin-drivers", ADMIN, "/admin/drivers/"),
    Shot("admin-driver", ADMIN, "/admin/drivers/D-10001/"),
    Shot("admin-driver-new", ADMIN, "/admin/drivers/new"),
    Shot("admin-accounts", ADMIN, "/admin/accounts/"),
    Shot("admin-account-new", ADMIN, "/admin/accounts/new"),
    Shot("admin-account", ADMIN, "/admin/accounts/2/"),
    Shot("admin-profile", ADMIN, "/auth/profile"),
    Shot("admin-settings", ADMIN, "/admin/settings"),
    Shot("admin-sessions", ADMIN, "/admin/sessions/"),
    Shot("admin-session", ADMIN, SESSION),
    Shot("admin-session-correct", ADMIN, f"{SESSION}correct"),
    Shot("admin-analytics", ADMIN, "/admin/analytics/?period=last_12_months"),
    Shot("admin-analytics-day", ADMIN, "/admin/analytics/?period=yesterday&group=operator"),
    Shot("admin-analytics-wrong", ADMIN, "/admin/analytics/?from=2026-03-05&to=2026-01-01&operator=NOPE"),
    Shot("admin-report", ADMIN, "/admin/report/?preset=last_12_months"),
    Shot(
        "admin-report-operator",
        ADMIN,
        "/admin/report/?operator=HOTEL-ALPINA&preset=last_month&by=driver#lines",
    ),
    Shot(
        "admin-report-sessions", ADMIN, "/admin/report/sessions/?operator=HOTEL-ALPINA&by=driver&key=member"
    ),
    Shot("admin-report-what-if", ADMIN, f"{WHAT_IF}&tried=1&price_per_kwh_ac=0.2&share_percent=15"),
    Shot("admin-terms-new", ADMIN, f"{OPERATOR}/terms/new"),
    Shot("operator-report", HOTEL, "/operator/report/"),
    Shot("admin-tariffs", ADMIN, "/admin/tariffs/"),
    Shot("admin-tariff-new", ADMIN, "/admin/tariffs/new"),
    Shot("admin-tariff", ADMIN, "/admin/tariffs/1/"),
    Shot("admin-statements", ADMIN, "/admin/statements/"),
    Shot("admin-statement-new", ADMIN, "/admin/statements/new"),
    Shot("admin-statement-draft", ADMIN, "/admin/statements/new?operator=HOTEL-ALPINA"),
    Shot("admin-audit", ADMIN, "/admin/audit/"),
    Shot("admin-audit-entry", ADMIN, "/admin/audit/1/"),
    Shot("admin-drivers-columns", ADMIN, "/admin/drivers/?columns=name,phone_e164,updated_at"),
    Shot("admin-driver-anonymise", ADMIN, "/admin/drivers/D-10001/anonymise"),
    Shot("operator-dashboard", HOTEL, "/operator/"),
    Shot("operator-stations", HOTEL, "/operator/stations/"),
    Shot("operator-stations-bulk", HOTEL, "/operator/stations/bulk?do=hide&scope=all"),
    Shot("operator-station", HOTEL, "/operator/stations/ALP-GARAGE-1/"),
    Shot("operator-why", HOTEL, "/operator/why?station=ALP-GARAGE-1"),
    Shot("operator-then", HOTEL, "/operator/stations/ALP-GARAGE-1/then"),
    Shot("operator-members", HOTEL, "/operator/members/"),
    Shot("operator-members-search", HOTEL, "/operator/members/?q=ma"),
    Shot("operator-sessions", HOTEL, "/operator/sessions/"),
    Shot("operator-session", HOTEL, "/operator/sessions/303/"),
    Shot("operator-analytics", HOTEL, "/operator/analytics/?period=last_month&group=charger"),
    Shot("operator-analytics-empty", HOTEL, "/operator/analytics/?from=2001-01-01&to=2001-01-31"),
    Shot("operator-tariffs", HOTEL, "/operator/tariffs/"),
    Shot("operator-statements", HOTEL, "/operator/statements/"),
    Shot("operator-profile", HOTEL, "/auth/profile"),
    Shot("driver-sessions", MEMBER, "/auth/sessions/"),
    Shot("driver-session", MEMBER, "/auth/sessions/160/"),
    Shot("driver-profile", MEMBER, "/auth/profile"),
    Shot("operator-audit", HOTEL, "/operator/audit"),
    # The last ones of the admin: from here on each admin page shows what comes next.
    Shot("admin-setup", ADMIN, "/admin/setup"),
    Shot("admin-setup-notice", ADMIN, "/admin/areas/new"),
)
IN_README = ("map-member", "map-anonymous", "admin-operator", "admin-members-search", "operator-dashboard")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--review", type=Path, metavar="DIR", help="take every page into DIR instead")
    parser.add_argument("--only", default="", metavar="PART", help="pages whose name has PART in it")
    parser.add_argument("--quick", action="store_true", help="only light on desktop and dark on phone")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = make_demo(Path(folder), 5000)
        chromium = find_chromium()
        with serving(app) as origin:
            browser = playwright.chromium.launch(
                executable_path=str(chromium.program), env={**chromium.env}, args=[*ARGUMENTS, "--no-sandbox"]
            )
            for picture, page, shot in _pages(browser, origin, wanted):
                _take(page, shot, picture)
            browser.close()


def _pages(browser: Browser, origin: str, wanted: argparse.Namespace) -> Iterator[tuple[Path, Page, Shot]]:
    review, only = wanted.review, wanted.only
    sizes = SIZES if review else {"desktop": DESKTOP}
    for size, (width, height) in sizes.items():
        for scheme in ("light", "dark") if review else ("light",):
            if wanted.quick and (size == "desktop") != (scheme == "light"):
                continue
            context = None
            for email in dict.fromkeys(shot.email for shot in SHOTS):
                chosen = [shot for shot in SHOTS if shot.email == email and only in shot.name]
                chosen = chosen if review else [shot for shot in chosen if shot.name in IN_README]
                if not chosen:
                    continue
                context = browser.new_context(
                    base_url=origin,
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    locale="en-GB",
                    timezone_id="Europe/Paris",
                )
                page = context.new_page()
                if email:
                    _sign_in(page, email)
                for shot in chosen:
                    name = f"{shot.name}-{size}-{scheme}.png" if review else f"{shot.name}.png"
                    yield (review or README) / name, page, shot
                context.close()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/auth/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/auth/login" not in url)


def _take(page: Page, shot: Shot, picture: Path) -> None:
    page.goto(shot.path, wait_until="networkidle")
    page.wait_for_timeout(400)  # the map's tiles are drawn after its answers came
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture, full_page=shot.whole)


if __name__ == "__main__":
    main()
