"""Signing up and signing in. These are no drafts: each field is needed."""

import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import Form
from wtforms.widgets import PasswordInput

from grantapp.domain.answer import Misread
from grantapp.domain.people import LONGEST_PASSWORD, SHORTEST_PASSWORD
from grantapp.domain.question import Kind, question, questions_of
from grantapp.forms.base import AnswerField, FrenchMeta, Required, Summary
from grantapp.forms.fields import EmailField, LineField, SirenField


@dataclass(frozen=True, kw_only=True)
class Account:
    """The wording of what we ask of a person, as for any other question."""

    name: str | None = question("Votre nom", hint="Prénom et nom.", limit=120)
    email: str | None = question(
        "Adresse électronique", Kind.EMAIL, hint="Elle vous servira à vous connecter.", limit=254
    )
    password: str | None = question(
        "Mot de passe", hint=f"{SHORTEST_PASSWORD} caractères au moins ; une phrase de plusieurs mots convient bien."
    )
    organisation: str | None = question(
        "Votre organisation", hint="Celle qui demandera l'aide : son nom ou sa raison sociale."
    )
    current: str | None = question("Mot de passe actuel")
    code: str | None = question(
        "Code", hint="Les six chiffres que montre votre téléphone, ou un de vos codes de secours.", limit=100
    )
    siren: str | None = question("SIREN de l'organisation", Kind.SIREN, hint="9 chiffres ; les espaces ne gênent pas.")


ASKED = {each.name: each for each in questions_of(Account, "account")}


class LoginField(EmailField):
    """An address we can write to."""

    def understood(self, text: str) -> Any:
        address = super().understood(text)
        try:
            return validate_email(address, check_deliverability=False).normalized
        except EmailNotValidError:
            raise Misread("Vérifiez cette adresse électronique : nous ne pourrions pas y écrire.") from None


class PasswordField(AnswerField):
    """Never shown back, never trimmed. Its letters are composed one way, whichever keyboard made them."""

    control = "password"
    widget = PasswordInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = []
        self.data = None
        text = unicodedata.normalize("NFC", valuelist[0][: 2 * LONGEST_PASSWORD]) if valuelist else ""
        if len(text) > LONGEST_PASSWORD:
            raise Misread(f"Ce mot de passe est trop long : {LONGEST_PASSWORD} caractères au plus.")
        if any(unicodedata.category(character) == "Cs" for character in text):
            raise Misread("Ce mot de passe contient un caractère illisible : tapez-le de nouveau.")
        self.data = self.chosen(text) if text else None

    def chosen(self, text: str) -> str:
        return text


class NewPasswordField(PasswordField):
    def chosen(self, text: str) -> str:
        if len(text) < SHORTEST_PASSWORD:
            raise Misread(
                f"Choisissez un mot de passe d'au moins {SHORTEST_PASSWORD} caractères : il en manque "
                f"{SHORTEST_PASSWORD - len(text)}."
            )
        return text


class AccountForm(Summary, Form):
    """`form.data` holds what `services.accounts` asks for, once `form.validate()` is true."""

    class Meta(FrenchMeta):
        pass


class SignUpForm(AccountForm):
    name = LineField(ASKED["name"], [Required("Indiquez votre nom.")], attributes={"autocomplete": "name"})
    email = LoginField(
        ASKED["email"],
        [Required("Indiquez votre adresse électronique.")],
        attributes={"autocomplete": "email"},
    )
    password = NewPasswordField(
        ASKED["password"], [Required("Choisissez un mot de passe.")], attributes={"autocomplete": "new-password"}
    )
    organisation = LineField(
        ASKED["organisation"],
        [Required("Indiquez le nom de votre organisation.")],
        attributes={"autocomplete": "organization"},
    )
    siren = SirenField(ASKED["siren"], [Required("Indiquez le numéro SIREN de votre organisation.")])


class InvitedForm(AccountForm):
    """Who accepts an invitation and has no account yet: a name, and nothing else."""

    name = LineField(ASKED["name"], [Required("Indiquez votre nom.")], attributes={"autocomplete": "name"})


class SignInForm(AccountForm):
    email = LoginField(
        replace(ASKED["email"], hint=""),
        [Required("Indiquez votre adresse électronique.")],
        attributes={"autocomplete": "username"},
    )
    password = PasswordField(
        replace(ASKED["password"], hint=""),
        [Required("Indiquez votre mot de passe.")],
        attributes={"autocomplete": "current-password"},
    )


class LinkForm(AccountForm):
    email = LoginField(
        replace(ASKED["email"], hint="Celle de votre compte."),
        [Required("Indiquez votre adresse électronique.")],
        attributes={"autocomplete": "username"},
    )


class CodeForm(AccountForm):
    code = LineField(
        ASKED["code"],
        [Required("Tapez le code que montre votre téléphone, ou un code de secours.")],
        attributes={"autocomplete": "one-time-code"},
    )


class FirstCodeForm(AccountForm):
    code = LineField(
        replace(ASKED["code"], label="Code à six chiffres", hint="Celui que votre téléphone montre maintenant."),
        [Required("Tapez les six chiffres que montre votre téléphone.")],
        attributes={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class ChosenPasswordForm(AccountForm):
    """After a link: whoever reads the mail of the account needs no former password."""

    password = NewPasswordField(
        replace(ASKED["password"], label="Nouveau mot de passe"),
        [Required("Choisissez un mot de passe.")],
        attributes={"autocomplete": "new-password"},
    )


class ChangedPasswordForm(AccountForm):
    current = PasswordField(
        ASKED["current"],
        [Required("Indiquez votre mot de passe actuel.")],
        attributes={"autocomplete": "current-password"},
    )
    password = NewPasswordField(
        replace(ASKED["password"], label="Nouveau mot de passe"),
        [Required("Choisissez un mot de passe.")],
        attributes={"autocomplete": "new-password"},
    )
