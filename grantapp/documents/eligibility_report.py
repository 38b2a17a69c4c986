"""The eligibility report alone, for whoever asks why and has no use for the answers."""

from grantapp.documents.dossier import printed_dossier
from grantapp.documents.leaf import render
from grantapp.domain.deposit import Deposit


def pdf(deposit: Deposit) -> bytes:
    """The same deposit gives the same bytes."""
    return render("eligibility_report", deposit, dossier=printed_dossier(deposit))
