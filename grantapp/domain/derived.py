"""Facts that are not answers: given by whoever judges, or computed from answers before the rules are judged."""

from collections.abc import Mapping
from dataclasses import dataclass

FILED_AT = "filing.at"  # the instant of judgement, given by whoever asks: the domain has no clock
SIZE = "derived.size"  # SizeClass, absent while it cannot be computed
REGION = "derived.region"  # Region of the plot, absent while its place is not known
GAPS = "derived.gaps"  # tuple of the required questions of the edition that have no answer, by anchor


@dataclass(frozen=True)
class Derived:
    """How a sentence names the fact, and the questions to open when it is missing."""

    label: str
    anchors: tuple[str, ...] = ()


DERIVED: Mapping[str, Derived] = {
    FILED_AT: Derived("la date de dépôt"),
    SIZE: Derived(
        "la taille de l'entreprise", ("size.accounts", "size.public_quarter", "size.has_links", "size.links")
    ),
    REGION: Derived("la région du site", ("site.postcode",)),
    GAPS: Derived("tout ce que le dossier demande"),
}
