"""The instance's seal: its key, made at first start, and the certificates it answers for."""

from datetime import datetime

from grantapp.config import BadSetting
from grantapp.documents.seal_key import BadKey, Certificate, SealKey, make_key
from grantapp.storage.keyring import Keyring


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
