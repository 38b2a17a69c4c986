"""The signature that a seal puts in a file: CMS as PAdES baseline B wants it (ETSI EN 319 142-1), and only one way.

Everything in it follows from the digest of the file and from the certificate, but the signature itself, which comes
last. So whoever verifies builds it again and compares: nothing that others wrote has to be parsed, and no byte of it is
left unaccounted for. RFC 5652 (CMS) and RFC 5035 (signing certificate), written in DER.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from grantapp.documents.seal_key import Certificate, SealKey

INTEGER, OCTETS, NULL, OID, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
TAGGED_0 = 0xA0  # [0]

PKCS = "2a864886f70d01"  # 1.2.840.113549.1


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _oid(written: str) -> bytes:
    return _der(OID, bytes.fromhex(written))


def _integer(value: int) -> bytes:
    return _der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


DATA = _oid(PKCS + "0701")
SIGNED_DATA = _oid(PKCS + "0702")
CONTENT_TYPE = _oid(PKCS + "0903")
MESSAGE_DIGEST = _oid(PKCS + "0904")
SIGNING_CERTIFICATE_V2 = _oid(PKCS + "0910022f")
SHA256 = _der(SEQUENCE, _oid("608648016503040201"))
SHA256_WITH_RSA = _der(SEQUENCE, _oid(PKCS + "010b"), _der(NULL))
VERSION_1 = _integer(1)


def signed(key: SealKey, digest: bytes) -> bytes:
    """The CMS of a file whose other bytes have this SHA-256."""
    return _cms(key.certificate, digest, key.sign(_der(SET, _attributes(key.certificate, digest))))


def length(certificate: Certificate) -> int:
    """In bytes: the same for every file that this certificate seals."""
    return len(_cms(certificate, bytes(32), bytes(_signature_size(certificate))))


def verify(certificate: Certificate, digest: bytes, found: bytes) -> bool:
    """Whether these are, to the byte, what the holder of the certificate signs for a file of this digest."""
    signature = found[-_signature_size(certificate) :]
    if found != _cms(certificate, digest, signature):
        return False
    message = _der(SET, _attributes(certificate, digest))
    try:
        certificate.public_key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def sealer(digest: bytes, found: bytes) -> Certificate | None:
    """The certificate that a CMS brings along, if it is the one that signed; which proves nothing of whose it is."""
    try:
        brought = [each.public_bytes(Encoding.DER) for each in pkcs7.load_der_pkcs7_certificates(found)]
        for each in brought:
            certificate = Certificate((each, *(other for other in brought if other != each)))
            if verify(certificate, digest, found):
                return certificate
    except Exception:  # a stranger's bytes, read by a library: however it fails, this is no seal
        return None
    return None


def _signature_size(certificate: Certificate) -> int:
    return (certificate.public_key.key_size + 7) // 8


def _attributes(certificate: Certificate, digest: bytes) -> bytes:
    """What is signed: the digest, and which certificate answers for it. The time is in the file (/M), as in PAdES."""
    identified = _der(SEQUENCE, _der(OCTETS, bytes.fromhex(certificate.sha256)))
    return b"".join(
        sorted(
            _der(SEQUENCE, name, _der(SET, value))
            for name, value in (
                (CONTENT_TYPE, DATA),
                (MESSAGE_DIGEST, _der(OCTETS, digest)),
                (SIGNING_CERTIFICATE_V2, _der(SEQUENCE, _der(SEQUENCE, identified))),
            )
        )
    )


def _cms(certificate: Certificate, digest: bytes, signature: bytes) -> bytes:
    signer = _der(
        SEQUENCE,
        VERSION_1,
        _der(SEQUENCE, certificate.parsed.issuer.public_bytes(), _integer(certificate.parsed.serial_number)),
        SHA256,
        _der(TAGGED_0, _attributes(certificate, digest)),
        SHA256_WITH_RSA,
        _der(OCTETS, signature),
    )
    data = _der(
        SEQUENCE,
        VERSION_1,
        _der(SET, SHA256),
        _der(SEQUENCE, DATA),
        _der(TAGGED_0, *sorted(certificate.chain)),
        _der(SET, signer),
    )
    return _der(SEQUENCE, SIGNED_DATA, _der(TAGGED_0, data))
