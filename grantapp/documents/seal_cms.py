"""The signature that a seal puts in a file: CMS as PAdES baseline B wants it (ETSI EN 319 142-1), and only one way.

Everything in it follows from the digest of the file and from the certificate, but the signature itself, which comes
last. So whoever verifies builds it again and compares: nothing that others wrote has to be parsed, and no byte of it is
left unaccounted for.
"""

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from grantapp.documents.seal_key import Certificate, SealKey

SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"})


def signed(key: SealKey, digest: bytes) -> bytes:
    """The CMS of a file whose other bytes have this SHA-256."""
    return _cms(key.certificate, digest, key.sign(_attributes(key.certificate, digest).dump()))


def length(certificate: Certificate) -> int:
    """In bytes: the same for every file that this certificate seals."""
    return len(_cms(certificate, bytes(32), bytes(_signature_size(certificate))))


def verify(certificate: Certificate, digest: bytes, found: bytes) -> bool:
    """Whether these are, to the byte, what the holder of the certificate signs for a file of this digest."""
    size = _signature_size(certificate)
    signature = found[-size:]
    if found != _cms(certificate, digest, signature):
        return False
    try:
        message = _attributes(certificate, digest).dump()
        certificate.public_key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def named(found: bytes) -> Certificate | None:
    """The certificate that a CMS brings along, which proves nothing of who made it."""
    try:
        content = cms.ContentInfo.load(found)["content"]
        brought = [each.chosen for each in content["certificates"]]
        serial = content["signer_infos"][0]["sid"].chosen["serial_number"].native
        brought.sort(key=lambda each: each.serial_number != serial)
        return Certificate(tuple(each.dump() for each in brought)) if brought else None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None  # somebody else's, or damaged


def _signature_size(certificate: Certificate) -> int:
    return (certificate.public_key.key_size + 7) // 8


def _attributes(certificate: Certificate, digest: bytes) -> cms.CMSAttributes:
    """What is signed: the digest, and which certificate answers for it. The time is the file's own (/M), as in PAdES."""
    identified = tsp.ESSCertIDv2({"cert_hash": bytes.fromhex(certificate.sha256)})
    return cms.CMSAttributes(
        [
            _attribute("content_type", cms.ContentType("data")),
            _attribute("message_digest", core.OctetString(digest)),
            _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [identified]})),
        ]
    )


def _attribute(name: str, value: core.Asn1Value) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": (value,)})


def _cms(certificate: Certificate, digest: bytes, signature: bytes) -> bytes:
    chain = [x509.Certificate.load(each) for each in certificate.chain]
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber({"issuer": chain[0].issuer, "serial_number": chain[0].serial_number}),
            ),
            "digest_algorithm": SHA256,
            "signed_attrs": _attributes(certificate, digest),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": signature,
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": (SHA256,),
            "encap_content_info": {"content_type": "data"},
            "certificates": chain,
            "signer_infos": (signer,),
        }
    )
    written: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return written
