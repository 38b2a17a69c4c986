"""Regions, as the calls of the prefects name them: a plot belongs to one, and some regions have dates of their own."""

from enum import StrEnum


class Region(StrEnum):
    """The thirteen regions of the mainland with Corsica, and the five overseas; the value is the INSEE code."""

    name_in_french: str
    departments: frozenset[str]

    def __new__(cls, code: str, name: str, departments: str) -> "Region":
        member = str.__new__(cls, code)
        member._value_ = code
        member.name_in_french = name
        member.departments = frozenset(departments.split())
        return member

    AUVERGNE_RHONE_ALPES = "84", "Auvergne-Rhône-Alpes", "01 03 07 15 26 38 42 43 63 69 73 74"
    BOURGOGNE_FRANCHE_COMTE = "27", "Bourgogne-Franche-Comté", "21 25 39 58 70 71 89 90"
    BRETAGNE = "53", "Bretagne", "22 29 35 56"
    CENTRE_VAL_DE_LOIRE = "24", "Centre-Val de Loire", "18 28 36 37 41 45"
    CORSE = "94", "Corse", "2A 2B 20"
    GRAND_EST = "44", "Grand Est", "08 10 51 52 54 55 57 67 68 88"
    HAUTS_DE_FRANCE = "32", "Hauts-de-France", "02 59 60 62 80"
    ILE_DE_FRANCE = "11", "Île-de-France", "75 77 78 91 92 93 94 95"
    NORMANDIE = "28", "Normandie", "14 27 50 61 76"
    NOUVELLE_AQUITAINE = "75", "Nouvelle-Aquitaine", "16 17 19 23 24 33 40 47 64 79 86 87"
    OCCITANIE = "76", "Occitanie", "09 11 12 30 31 32 34 46 48 65 66 81 82"
    PAYS_DE_LA_LOIRE = "52", "Pays de la Loire", "44 49 53 72 85"
    PROVENCE_ALPES_COTE_D_AZUR = "93", "Provence-Alpes-Côte d’Azur", "04 05 06 13 83 84"
    GUADELOUPE = "01", "Guadeloupe", "971"
    MARTINIQUE = "02", "Martinique", "972"
    GUYANE = "03", "Guyane", "973"
    LA_REUNION = "04", "La Réunion", "974"
    MAYOTTE = "06", "Mayotte", "976"


def region_of(insee_code: object, postcode: object) -> Region | None:
    """The region of a commune, by its INSEE code, else by its postcode; None when neither is known.

    A handful of communes have the postcode of a neighbouring department: the INSEE code, when given, decides.
    """
    for code in (insee_code, postcode):
        if isinstance(code, str) and code:
            department = code[:3] if code.startswith("97") else code[:2]
            return next((region for region in Region if department in region.departments), None)
    return None
