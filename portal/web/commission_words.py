"""A commission in words with its own numbers: the same sentences on pages, in files and on statements.

Exact amounts are written out; one that never ends, or is longer than anybody reads, is cut off and ends with "…", so
that rounding half up can be followed by the digits that are there.
"""

from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_percent, get_currency_precision
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from portal.domain.commission import FINE, PERCENT, Agreed, Charged, Commission
from portal.domain.commission_report import Part, Totals
from portal.domain.money import to_major

from .filters import amount, energy, local_month, money

MOST_DIGITS = 6  # behind those of the currency


def explain_line(agreed: Agreed | None, charged: Charged, commission: Commission, currency: str) -> list[str]:
    """How the commission of one session came about, a sentence each step; what has no price is not named."""
    if agreed is None:
        return [_("No terms were in force when it started: nothing is due.")]
    one = Part(agreed, charged.dc)
    one.add(charged, 0, commission)
    dated = _("By the terms in force from %(month)s.", month=local_month(agreed.effective_from))
    steps = [dated] if _has_date(agreed) else []
    return [*steps, *_steps(one, agreed, currency, alone=True), *_due(commission, currency)]


def explain_totals(totals: Totals) -> list[str]:
    """How the sums of a group came about: by version of terms and current, then all of it."""
    parts = sorted(totals.parts.values(), key=_order)
    settled = [part for part in parts if part.agreed is not None]
    steps = [step for part in parts for step in _part(part, totals.currency)]
    if len(settled) > 1:
        steps.append(
            _("Reimbursement in total: %(sum)s", sum=_added(settled, "reimbursement", totals.currency))
        )
        steps.append(_("Share in total: %(sum)s", sum=_added(settled, "share", totals.currency)))
    return [*steps, *_due(totals, totals.currency)] if settled else steps


def percent(value: Decimal) -> str:
    """A percentage with all of its decimals."""
    return str(format_percent(value / 100, locale=get_locale(), decimal_quantization=False))


def clock(seconds: int) -> str:
    """Hours, minutes and seconds."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d} h"


def _part(part: Part, currency: str) -> list[str]:
    counted = ngettext("%(num)s session", "%(num)s sessions", part.sessions)
    if part.agreed is None:
        net = money(part.net, currency)
        text = _(
            "%(sessions)s, %(net)s net, started when no terms were in force: nothing is due.",
            sessions=counted,
            net=net,
        )
        return [text]
    current = "DC" if part.dc else "AC"
    head = _("%(sessions)s, %(current)s:", sessions=counted, current=current)
    if _has_date(part.agreed):
        month = local_month(part.agreed.effective_from)
        head = _(
            "%(sessions)s, %(current)s, by the terms in force from %(month)s:",
            sessions=counted,
            current=current,
            month=month,
        )
    return [head, *_steps(part, part.agreed, currency)]


def _steps(part: Part, agreed: Agreed, currency: str, alone: bool = False) -> list[str]:
    """From prices to the rounded reimbursement and share; `alone`: of one session, whose rounding is seen at once."""
    paid = _paid(part, agreed, currency)
    steps = [words for words, _exact in paid] or [_("No reimbursement is agreed.")]
    if paid:
        total = _fine(part.fine_reimbursement, currency)
        exact = " + ".join(text for _words, text in paid)
        if len(paid) > 1:
            exact = f"{exact} = {exactly(total, currency)}"
        shown = {"exact": exact, **_rounded(part.reimbursement, total, currency)}
        steps.append(
            _("Reimbursement: %(exact)s, rounded %(rounded)s", **shown)
            if alone
            else _(
                "Reimbursement: %(exact)s, rounding of the sessions %(rounding)s: %(rounded)s",
                **shown,
            )
        )
    share = _fine(part.fine_share, currency) / PERCENT
    shown = {
        "percent": percent(agreed.share_percent),
        "base": exactly(_fine(part.fine_base, currency), currency),
        "exact": exactly(share, currency),
        **_rounded(part.share, share, currency),
    }
    steps.append(_base(part, agreed, currency))
    steps.append(
        _("Share: %(percent)s of %(base)s = %(exact)s, rounded %(rounded)s", **shown)
        if alone
        else _(
            "Share: %(percent)s of %(base)s = %(exact)s, rounding of the sessions %(rounding)s: %(rounded)s",
            **shown,
        )
    )
    return steps


def _paid(part: Part, agreed: Agreed, currency: str) -> list[tuple[str, str]]:
    """What the reimbursement consists of, where a price is agreed: the sentence and its exact amount.

    Energy and time are those that the price was applied to: what was below zero counts as none.
    """
    found = []
    per_kwh = agreed.price_per_kwh(part.dc)
    if per_kwh:
        exact = _fine(part.fine_energy, currency)
        shown = _shown(exact, per_kwh, currency)
        kwh = energy(int(exact * 1000 / Fraction(per_kwh)))
        found.append((_("Energy: %(kwh)s × %(price)s per kWh = %(exact)s", kwh=kwh, **shown), shown["exact"]))
    if agreed.price_per_session:
        shown = _shown(_fine(part.fine_session, currency), agreed.price_per_session, currency)
        counted = ngettext("%(num)s session", "%(num)s sessions", part.sessions)
        found.append((f"{counted} × {shown['price']} = {shown['exact']}", shown["exact"]))
    if agreed.price_per_hour:
        exact = _fine(part.fine_time, currency)
        shown = _shown(exact, agreed.price_per_hour, currency)
        time = clock(int(exact * 3600 / Fraction(agreed.price_per_hour)))
        found.append(
            (_("Time: %(time)s × %(price)s per hour = %(exact)s", time=time, **shown), shown["exact"])
        )
    return found


def _base(part: Part, agreed: Agreed, currency: str) -> str:
    """What is shared: the net, or what the reimbursement leaves of it, session by session never below zero."""
    net, base = to_major(part.net, currency), _fine(part.fine_base, currency)
    shown = {"net": money(part.net, currency), "base": exactly(base, currency)}
    if not agreed.reimbursement_first:
        return str(_("Base: %(net)s net; the reimbursement is not deducted first.", net=shown["net"]))
    taken = _fine(part.fine_reimbursement, currency)
    shown["taken"] = exactly(taken, currency)
    beyond = base - (net - taken)
    if not beyond:
        return str(_("Base: %(net)s net − %(taken)s reimbursement = %(base)s", **shown))
    if part.sessions == 1:
        return str(_("Base: %(net)s net − %(taken)s reimbursement is below zero, so %(base)s", **shown))
    shown["beyond"] = exactly(beyond, currency)
    words: str = _(
        "Base: %(net)s net − %(taken)s reimbursement + %(beyond)s where it was more than a session's net = %(base)s",
        **shown,
    )
    return words


def _due(found: Commission | Totals, currency: str) -> list[str]:
    names = ("net", "reimbursement", "share", "due", "kept")
    shown = {name: money(getattr(found, name), currency) for name in names}
    return [
        _("Due to the operator: %(reimbursement)s + %(share)s = %(due)s", **shown),
        _("Kept by the CPO: %(net)s − %(due)s = %(kept)s", **shown),
    ]


def _order(part: Part) -> tuple[bool, str, int, bool]:
    """Versions of terms as they came into force, AC before DC; without terms last."""
    if part.agreed is None:
        return True, "", 0, part.dc
    return False, part.agreed.effective_from.isoformat(), part.agreed.terms_id or 0, part.dc


def _has_date(agreed: Agreed) -> bool:
    """Terms that are only tried out have none."""
    return agreed.effective_from.year > 1


def _added(parts: list[Part], name: str, currency: str) -> str:
    amounts = [getattr(part, name) for part in parts]
    return f"{' + '.join(money(each, currency) for each in amounts)} = {money(sum(amounts), currency)}"


def _shown(exact: Fraction, price: Decimal, currency: str) -> dict[str, str]:
    return {"price": amount(price, currency), "exact": exactly(exact, currency)}


def _rounded(minor: int, exact: Fraction, currency: str) -> dict[str, str]:
    off = to_major(minor, currency) - exact
    signed = f"{'−' if off < 0 else '+'}{exactly(abs(off), currency)}"
    return {"rounded": money(minor, currency), "rounding": signed}


def _fine(units: int, currency: str) -> Fraction:
    """From `1 / FINE` minor units to the currency's unit."""
    return to_major(Fraction(units, FINE), currency)


def exactly(value: Fraction, currency: str) -> str:
    """The amount, cut off and marked with "…" behind MOST_DIGITS more than the currency has."""
    digits = get_currency_precision(currency) + MOST_DIGITS
    scaled = abs(value) * 10**digits
    whole = int(scaled)
    shown = amount(Decimal(-whole if value < 0 else whole).scaleb(-digits), currency)
    if scaled == whole:
        return shown
    last = max(at for at, letter in enumerate(shown) if letter.isdigit())
    return f"{shown[: last + 1]}…{shown[last + 1 :]}"
