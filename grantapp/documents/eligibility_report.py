"""The eligibility report alone, for whoever asks why and has no use for the answers."""

from grantapp.documents import pdf as printer
from grantapp.documents.dossier import printed_dossier
from grantapp.domain.deposit import Deposit


def pdf(deposit: Deposit) -> bytes:
    """The same deposit gives the same bytes."""
    template = printer.environment().get_template("documents/eligibility_report.html")
    html = template.render(dossier=printed_dossier(deposit))
    return printer.render(html, identifier=f"rep{deposit.fingerprint[:29]}")
