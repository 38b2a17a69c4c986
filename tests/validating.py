"""The second opinion on PDF/A-3a and PDF/UA-1: quick, in this process, without Java. The first is tests/conformity."""

import page

FLAVOURS = ("3a", "ua1")
# It takes a stream whose last byte is a carriage return (one in 256) for one of another length; veraPDF does not.
IGNORED = "STREAM-LENGTH"


def broken_rules(content: bytes, flavour: str) -> list[str]:
    """The rules that page-validation finds broken, each with what it says."""
    failures = page.validate_pdf_bytes(content, profile=flavour).failures
    return [f"{each.rule_id}: {each.message}" for each in failures if IGNORED not in each.rule_id]
