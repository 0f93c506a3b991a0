"""Connector standards: one list for imports, forms, filters and the map.

Names are those of OCPI's ConnectorType (2.2.1, with MCS and SAE_J3400 of 2.3): roaming needs no translation.
"""

from dataclasses import dataclass
from typing import Literal

from portal.domain.text import N_

Current = Literal["AC", "DC"]


@dataclass(frozen=True, slots=True)
class Standard:
    """A plug or socket: label (English message id) and the currents it is built for, the usual one first."""

    name: str
    label: str
    currents: tuple[Current, ...]


_AC: tuple[Current, ...] = ("AC",)
_DC: tuple[Current, ...] = ("DC",)

# The common ones first: this is also the order of select fields.
_STANDARDS = (
    Standard("IEC_62196_T2", N_("Type 2"), ("AC", "DC")),  # DC: Tesla's European stalls before CCS
    Standard("IEC_62196_T2_COMBO", N_("CCS2 (Combo Type 2)"), _DC),
    Standard("CHADEMO", N_("CHAdeMO"), _DC),
    Standard("IEC_62196_T1", N_("Type 1 (J1772)"), _AC),
    Standard("IEC_62196_T1_COMBO", N_("CCS1 (Combo Type 1)"), _DC),
    Standard("SAE_J3400", N_("NACS (SAE J3400)"), ("AC", "DC")),
    Standard("TESLA_S", N_("Tesla (Model S)"), ("AC", "DC")),
    Standard("TESLA_R", N_("Tesla (Roadster)"), _AC),
    Standard("IEC_62196_T3A", N_("Type 3A (Scame)"), _AC),
    Standard("IEC_62196_T3C", N_("Type 3C (Scame)"), _AC),
    Standard("GBT_AC", N_("GB/T AC"), _AC),
    Standard("GBT_DC", N_("GB/T DC"), _DC),
    Standard("CHAOJI", N_("ChaoJi"), _DC),
    Standard("MCS", N_("MCS (Megawatt Charging)"), _DC),
    Standard("IEC_60309_2_single_16", N_("CEE blue 16 A, one phase"), _AC),
    Standard("IEC_60309_2_three_16", N_("CEE red 16 A, three phases"), _AC),
    Standard("IEC_60309_2_three_32", N_("CEE red 32 A, three phases"), _AC),
    Standard("IEC_60309_2_three_64", N_("CEE red 64 A, three phases"), _AC),
    Standard("NEMA_5_20", N_("NEMA 5-20"), _AC),
    Standard("NEMA_6_30", N_("NEMA 6-30"), _AC),
    Standard("NEMA_6_50", N_("NEMA 6-50"), _AC),
    Standard("NEMA_10_30", N_("NEMA 10-30"), _AC),
    Standard("NEMA_10_50", N_("NEMA 10-50"), _AC),
    Standard("NEMA_14_30", N_("NEMA 14-30"), _AC),
    Standard("NEMA_14_50", N_("NEMA 14-50"), _AC),
    Standard("DOMESTIC_A", N_("Household socket type A (NEMA 1-15)"), _AC),
    Standard("DOMESTIC_B", N_("Household socket type B (NEMA 5-15)"), _AC),
    Standard("DOMESTIC_C", N_("Household socket type C (Europlug)"), _AC),
    Standard("DOMESTIC_D", N_("Household socket type D (India, old)"), _AC),
    Standard("DOMESTIC_E", N_("Household socket type E (France)"), _AC),
    Standard("DOMESTIC_F", N_("Household socket type F (Schuko)"), _AC),
    Standard("DOMESTIC_G", N_("Household socket type G (BS 1363)"), _AC),
    Standard("DOMESTIC_H", N_("Household socket type H (Israel)"), _AC),
    Standard("DOMESTIC_I", N_("Household socket type I (Australia, China)"), _AC),
    Standard("DOMESTIC_J", N_("Household socket type J (Switzerland)"), _AC),
    Standard("DOMESTIC_K", N_("Household socket type K (Denmark)"), _AC),
    Standard("DOMESTIC_L", N_("Household socket type L (Italy)"), _AC),
    Standard("DOMESTIC_M", N_("Household socket type M (South Africa)"), _AC),
    Standard("DOMESTIC_N", N_("Household socket type N (Brazil)"), _AC),
    Standard("DOMESTIC_O", N_("Household socket type O (Thailand)"), _AC),
    Standard("PANTOGRAPH_BOTTOM_UP", N_("Pantograph, bottom up"), _DC),
    Standard("PANTOGRAPH_TOP_DOWN", N_("Pantograph, top down"), _DC),
)

STANDARDS: dict[str, Standard] = {standard.name: standard for standard in _STANDARDS}


def choices() -> list[tuple[str, str]]:
    """(value, English label) of every standard, for select fields."""
    return [(standard.name, standard.label) for standard in _STANDARDS]


def label(name: str) -> str:
    """The English label of a standard; an unknown one stands for itself."""
    return STANDARDS[name].label if name in STANDARDS else name


def fits(name: str, current: Current) -> bool:
    """Whether a plug of this standard exists on a charger of this current."""
    return name in STANDARDS and current in STANDARDS[name].currents
