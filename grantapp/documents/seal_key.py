"""The key that seals, and the certificate that says whose it is: made here, or read from an operator's PEM files."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

NAME = "Cachet technique grantapp, service non officiel"  # 64 characters at most
BITS = 3072
LIFE = timedelta(days=365 * 30)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


class BadKey(Exception):  # noqa: N818 - its text is the sentence shown to the operator
    """A key or a certificate that cannot seal."""


@dataclass(frozen=True)
class Certificate:
    """Whose seal it is: this certificate, then those that vouch for it, as DER."""

    chain: tuple[bytes, ...]

    @classmethod
    def read(cls, pem: bytes) -> "Certificate":
        try:
            found = x509.load_pem_x509_certificates(pem)
        except ValueError:
            raise BadKey("ce n'est pas un certificat au format PEM") from None
        return cls(tuple(each.public_bytes(serialization.Encoding.DER) for each in found))

    @property
    def pem(self) -> bytes:
        parsed = (x509.load_der_x509_certificate(each) for each in self.chain)
        return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in parsed)

    @property
    def sha256(self) -> str:
        """The fingerprint by which two people make sure that they speak of the same certificate."""
        return hashlib.sha256(self.chain[0]).hexdigest()

    @cached_property
    def parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.chain[0])

    @cached_property
    def public_key(self) -> rsa.RSAPublicKey:
        """Raises BadKey for a key of another kind: its signatures would differ each time the same file is sealed."""
        try:
            key = self.parsed.public_key()
        except ValueError:
            raise BadKey("la clé publique du certificat est illisible") from None
        if not isinstance(key, rsa.RSAPublicKey):
            raise BadKey("le certificat n'est pas celui d'une clé RSA")
        return key

    @property
    def name(self) -> str:
        """The common name of its subject, or the whole subject."""
        common = self.parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(common[0].value) if common else self.parsed.subject.rfc4514_string()

    @property
    def expires_at(self) -> datetime:
        return self.parsed.not_valid_after_utc


@dataclass(frozen=True)
class SealKey:
    private: rsa.RSAPrivateKey = field(repr=False)
    certificate: Certificate

    @classmethod
    def read(cls, key: bytes, certificate: bytes) -> "SealKey":
        """From two PEM texts: a private key without password; its certificate, then those that vouch for it."""
        chain = Certificate.read(certificate)
        try:
            private = serialization.load_pem_private_key(key, password=None)
        except TypeError:
            raise BadKey("la clé est protégée par un mot de passe : donnez-la sans mot de passe") from None
        except ValueError:
            raise BadKey("la clé privée n'est pas au format PEM") from None
        if not isinstance(private, rsa.RSAPrivateKey):
            raise BadKey("la clé privée n'est pas une clé RSA")
        if private.key_size < 2048:
            raise BadKey(f"la clé RSA n'a que {private.key_size} bits : il en faut 2048 ou plus")
        if private.public_key() != chain.public_key:
            raise BadKey("le certificat n'est pas celui de cette clé")
        return cls(private, chain)

    def sign(self, message: bytes) -> bytes:
        """PKCS #1 v1.5 over SHA-256: the same message always gives the same signature."""
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())


def make_key(now: datetime) -> bytes:
    """A new key and its self-signed certificate, as one PEM text. The certificate says that it is no official seal."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    public = private.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"encipher_only": False, "decipher_only": False}
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), True),
        (x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(private, hashes.SHA256())
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + certificate.public_bytes(serialization.Encoding.PEM)
