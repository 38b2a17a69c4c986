"""Inviting a colleague: who, and to which address; the role is one of those the person may give."""

from dataclasses import dataclass

from grantapp.domain.question import Kind, question, questions_of
from grantapp.forms.account import AccountForm, LoginField
from grantapp.forms.base import Required
from grantapp.forms.fields import LineField


@dataclass(frozen=True, kw_only=True)
class Colleague:
    name: str | None = question("Son nom", hint="Prénom et nom.", limit=120)
    email: str | None = question("Son adresse électronique", Kind.EMAIL, hint="L'invitation y sera envoyée.", limit=254)


ASKED = {each.name: each for each in questions_of(Colleague, "colleague")}


class ColleagueForm(AccountForm):
    name = LineField(ASKED["name"], [Required("Indiquez le nom de la personne à inviter.")])
    email = LoginField(ASKED["email"], [Required("Indiquez son adresse électronique.")])
