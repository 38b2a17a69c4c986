"""The instance's seal: its key, made at first start, and the certificates it answers for."""

from datetime import datetime, timedelta

from grantapp.config import BadSetting, real_clock
from grantapp.documents.seal_key import BadKey, Certificate, SealKey, make_key
from grantapp.french import PARIS, day
from grantapp.storage.keyring import Keyring

EARLY = timedelta(days=45)


def open_key(keyring: Keyring, *, now: datetime) -> SealKey:
    """The key that seals; its certificate is kept among those that are still verified later.

    Raises `BadSetting` for a key that cannot seal: nothing should be filed that would not be sealed.
    """
    try:
        key = SealKey.read(*keyring.key(lambda: make_key(now)))
    except BadKey as bad:
        raise BadSetting(
            f"Le cachet ne peut pas servir : {bad}. Voyez GRANTAPP_SEAL_KEY, GRANTAPP_SEAL_CERTIFICATE et "
            f"{keyring.folder}."
        ) from None
    keyring.remember(key.certificate.pem)
    return key


def first_day(clock: datetime) -> datetime:
    """From when a certificate made now should be valid: a demonstration files in the past of the machine."""
    return min(clock, real_clock())


def warn_of_end(certificate: Certificate, *, now: datetime) -> str | None:
    """A sentence for the operator when the certificate has ended or soon will; it seals all the same."""
    if certificate.expires_at > now + EARLY:
        return None
    ended = "est périmé depuis" if certificate.expires_at <= now else "sera périmé"
    return (
        f"Le certificat du cachet {ended} le {day(certificate.expires_at.astimezone(PARIS).date())} : les dossiers "
        "restent scellés et vérifiables ici, mais un lecteur de PDF le signalera. Voyez docs/cachet.md."
    )


def known_certificates(keyring: Keyring) -> tuple[Certificate, ...]:
    """Every certificate that has sealed here, and those that the operator added; what is no certificate is left out."""
    known = []
    for _, pem in keyring.certificates():
        try:
            certificate = Certificate.read(pem)
            certificate.public_key  # noqa: B018 - one that cannot have sealed here is not known
        except BadKey:
            continue
        known.append(certificate)
    return tuple(known)
