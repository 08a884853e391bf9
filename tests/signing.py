"""Signs drawn clips with content credentials, with certificates made for the occasion."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
YEARS, MONTH = timedelta(days=3650), timedelta(days=30)


@dataclass(frozen=True)
class Issuer:
    """An authority (PEM `root`) and a signer that it vouches for."""

    root: str
    chain: bytes
    key: bytes


def make_issuer(name: str = "Example Studio") -> Issuer:
    start = datetime.now(UTC) - timedelta(hours=1)
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Example Root", root_key, "Example Root", root_key, start, start + YEARS, authority=True)
    leaf = certificate(name, leaf_key, "Example Root", root_key, start, start + MONTH, authority=False)
    pem = serialization.Encoding.PEM
    key = leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Issuer(root.public_bytes(pem).decode(), leaf.public_bytes(pem) + root.public_bytes(pem), key)


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
    *,
    authority: bool,
) -> x509.Certificate:
    """What the C2PA specification wants of a signer ("Certificate profile"), or of the one above it."""
    builder = x509.CertificateBuilder(named(issuer), named(name), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(end)
    uses = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    uses |= {"encipher_only": False, "decipher_only": False, "digital_signature": not authority}
    usage = x509.KeyUsage(**uses, key_cert_sign=authority, crl_sign=authority)
    builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(above, critical=False)
    if not authority:
        mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(mail, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def named(name: str) -> x509.Name:
    kinds = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    return x509.Name([x509.NameAttribute(kind, name) for kind in kinds])


def sign(clip: Path, signed: Path, issuer: Issuer, *, generator: str = "Example Video") -> Path:
    """A copy of `clip` with a manifest that says it was made by a generator. Returns `signed`."""
    created = {"action": "c2pa.created", "digitalSourceType": SYNTHETIC}
    manifest = {
        "claim_generator_info": [{"name": generator, "version": "2"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, issuer.chain, issuer.key, None)
    context = c2pa.Context.from_dict({"verify": {"verify_after_sign": False}})
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest, context) as builder:
        builder.sign_file(str(clip), str(signed), signer)
    return signed
