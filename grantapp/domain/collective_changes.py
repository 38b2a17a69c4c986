"""What a version of a collective dossier changes to the one before: firms, their versions, amounts, verdicts.

Two frozen contents in; lines out that are frozen in their turn, each with the sentence that is printed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from grantapp.french import euros, plural, typeset

Content = Mapping[str, Any]
AMOUNTS = {
    "expenditure": "Dépenses",
    "claimed": "Dépenses présentées à l'aide",
    "funding": "Ressources",
    "requested": "Aide demandée",
}


def changes(before: Content, after: Content) -> dict[str, Any]:
    """From one version to the next, in the order of the later one; firms that are gone come last."""
    old, new = ({each["siren"]: each for each in content["firms"]} for content in (before, after))
    firms = [change for siren in dict.fromkeys((*new, *old)) for change in _firm(old.get(siren), new.get(siren))]
    return {
        "lead": list(_lead(before, after)),
        "firms": firms,
        "totals": _amounts(before["totals"], after["totals"]),
        "findings": _verdicts(before["findings"], after["findings"]),
        "edition_version": _turn(before["edition"]["version"], after["edition"]["version"]),
    }


def is_empty(found: Content) -> bool:
    return not any(found.values())


SHORT = {
    "refiled": ("entreprise a déposé de nouveau", "entreprises ont déposé de nouveau"),
    "joined": ("entreprise est reprise de plus", "entreprises sont reprises de plus"),
    "left": ("entreprise n'est plus reprise", "entreprises ne sont plus reprises"),
    "refused": ("entreprise a refusé", "entreprises ont refusé"),
    "chosen": ("entreprise est ajoutée", "entreprises sont ajoutées"),
    "gone": ("entreprise est retirée", "entreprises sont retirées"),
    "standing": ("entreprise a changé de situation", "entreprises ont changé de situation"),
}
LEAD = {"refiled": "la coopérative a déposé de nouveau", "joined": "la coopérative a déposé son dossier"}


def in_short(found: Content) -> tuple[str, ...]:
    """« 3 entreprises ont déposé de nouveau », one sentence for each sort of change there is."""
    counted = Counter(each["what"] for each in found["firms"])
    said = [LEAD[each["what"]] for each in found["lead"]]
    said += [plural(counted[what], *words) for what, words in SHORT.items() if counted[what]]
    if found["edition_version"]:
        said.append("les règles ont changé de version")
    return tuple(typeset(each[:1].upper() + each[1:]) for each in said)


def _lead(before: Content, after: Content) -> Iterator[dict[str, Any]]:
    was, now = before["lead"]["chapter"], after["lead"]["chapter"]
    named = {"name": after["cooperative"]["name"], "siren": after["cooperative"]["siren"]}
    if now and not was:
        yield _told(named, "joined", f"La coopérative a déposé son dossier {now['reference']}.", now=now)
    elif was and now and was["fingerprint"] != now["fingerprint"]:
        yield _refiled(named, was, now)


def _firm(was: Content | None, now: Content | None) -> Iterator[dict[str, Any]]:
    if now is None:
        assert was is not None  # noqa: S101 - the firm comes from one of them
        yield _told(was, "gone", "N'est plus dans le dossier collectif.", was=was["chapter"])
        return
    if was is None:
        yield _told(now, "chosen", f"Ajoutée au dossier collectif : {_lower(now['label'])}.", now=now["chapter"])
        return
    old, new = was["chapter"], now["chapter"]
    if old and new:
        if old["fingerprint"] != new["fingerprint"]:
            yield _refiled(now, old, new)
        elif was["standing"] != now["standing"]:
            yield _told(now, "standing", f"{was['label']} → {_lower(now['label'])}.")
    elif new:
        yield _told(now, "joined", f"Reprise désormais : dossier {new['reference']}, version {new['number']}.", now=new)
    elif old:
        yield _told(now, "left", f"N'est plus reprise : {_lower(now['label'])}.", was=old)
    elif was["standing"] != now["standing"]:
        what = "refused" if now["standing"] == "refused" else "standing"
        yield _told(now, what, f"{was['label']} → {_lower(now['label'])}.")


def _refiled(named: Content, was: Content, now: Content) -> dict[str, Any]:
    if was["reference"] == now["reference"]:
        sentence = f"A déposé de nouveau : version {was['number']} → version {now['number']}."
    else:
        sentence = f"Un autre dossier la représente : {was['reference']} → {now['reference']}."
    return _told(named, "refiled", sentence, was=was, now=now)


def _told(
    firm: Content, what: str, sentence: str, *, was: Content | None = None, now: Content | None = None
) -> dict[str, Any]:
    both = was is not None and now is not None
    return {
        "name": firm["name"],
        "siren": firm["siren"],
        "what": what,
        "sentence": typeset(sentence),
        "before": _version(was),
        "after": _version(now),
        "amounts": _amounts(was["amounts"], now["amounts"]) if both and was and now else [],
        "verdicts": _chapter_verdicts(was, now) if both and was and now else [],
    }


def _version(chapter: Content | None) -> dict[str, Any] | None:
    if chapter is None:
        return None
    return {name: chapter[name] for name in ("reference", "number", "fingerprint")}


def _amounts(was: Content, now: Content) -> list[dict[str, str]]:
    """Those that moved, with their difference, exact."""
    found = []
    for code, label in AMOUNTS.items():
        before, after = Decimal(was[code]), Decimal(now[code])
        if before != after:
            gap = after - before
            line = {"code": code, "label": typeset(label), "before": f"{before:f}", "after": f"{after:f}"}
            found.append(line | {"delta": typeset(f"{'+' if gap > 0 else ''}{euros(gap)}")})
    return found


def _chapter_verdicts(was: Content, now: Content) -> list[dict[str, Any]]:
    titles = {each["rule"]: each["title"] for chapter in (was, now) for each in chapter["reserves"]}
    return [
        {"rule": code, "title": titles.get(code, code), "before": before, "after": after}
        for code in dict.fromkeys((*now["verdicts"], *was["verdicts"]))
        if (before := was["verdicts"].get(code)) != (after := now["verdicts"].get(code))
    ]


def _verdicts(was: Iterable[Content], now: Iterable[Content]) -> list[dict[str, Any]]:
    old = {each["rule"]: each["verdict"] for each in was}
    return [
        {
            "rule": each["rule"],
            "title": each["title"],
            "before": old.get(each["rule"]),
            "after": each["verdict"],
            "sentence": each["sentence"],
        }
        for each in now
        if old.get(each["rule"]) != each["verdict"]
    ]


def _turn(before: str, after: str) -> dict[str, str] | None:
    return {"before": before, "after": after} if before != after else None


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
