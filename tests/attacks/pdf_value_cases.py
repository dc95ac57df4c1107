"""Cases of parsers confused, of signed octets and values, of what nothing covers, and of seals."""

from keys.codec import N, der_from_raw
from tests.attacks.pdf_cases import OPEN, TRUST, Case
from tests.attacks.pdf_foreign import appended, foreign, number_of, stamped
from tests.attacks.pdf_forging import (
    acting,
    altered_seal,
    before_eof,
    broken_seal,
    disowned_chain,
    elsewhere,
    expired_seal,
    false_maker,
    first_seal_broken,
    flipped_chain,
    loop_of_two,
    orphan_signature,
    orphan_widget,
    other_key,
    padded_ours,
    prev,
    property_of_another,
    self_made,
    sha256_digest,
    stamp_with_more,
    stranger_after,
    swapped_certificate,
    transplanted,
    unsigned_attribute,
    value_of_another_file,
    with_sub_filter,
)
from tests.attacks.pdf_making import (
    capitals,
    contents_of,
    edited,
    exchanged,
    letter,
    new_content,
    oid,
    ours,
    ours_ses,
    pair,
    two,
    with_contents,
    with_message,
)
from tests.attacks.pdf_rebuilding_cases import rebuilding
from tests.pdf_parts import sealed as licence


def parser_cases() -> list[Case]:
    """Files that two programs read differently, and content that does not stand still."""
    return [
        # Parsers confused.
        Case("Parser: octet behind the end", lambda: ours() + b"\n ", "pdf-coverage"),
        Case("Parser: junk behind the end", lambda: ours() + bytes(500), "pdf-coverage"),
        Case("Parser: much junk behind the end", lambda: ours() + bytes(5000), "pdf-unreadable"),
        Case("Parser: an unsealed PDF behind the end", lambda: ours() + letter(), "not-signed"),
        Case("Parser: junk before the header", lambda: b"\n" + ours(), "not-pdf"),
        Case("Parser: cut off", lambda: ours()[:-40], "pdf-unreadable"),
        Case("Parser: half of the file", lambda: ours()[: len(ours()) // 2], "pdf-unreadable"),
        Case(
            "Parser: table that names itself as the one before",
            lambda: prev(ours(), len(ours()) + 20),
            "pdf-unreadable",
        ),
        Case("Parser: two tables in a ring", loop_of_two, "pdf-unreadable"),
        Case("Parser: table before the first octet", lambda: prev(ours(), 10**9), "pdf-unreadable"),
        Case("Parser: hybrid table", lambda: before_eof(ours(), b"/XRefStm 17"), "pdf-unreadable"),
        Case(
            "Parser: encryption claimed",
            lambda: before_eof(ours(), b"/Encrypt << /Filter /Standard /V 1 >>"),
            "pdf-unreadable",
        ),
        Case(
            "Parser: object twice in the form",
            lambda: appended(ours(), {number_of(ours(), "/AcroForm"): b"<< /Fields [4 0 R 4 0 R] >>"}),
            "pdf-unreadable",
        ),
        Case("Parser: signature nobody refers to", orphan_signature, "pdf-signature-unaccounted", OPEN),
        Case("Parser: box of a signature outside the form", orphan_widget, "pdf-field-unlisted"),
        # Programs that search the file because they stumble over a table.
        *rebuilding(),
        # Content that does not stand still.
        Case(
            "Content: script on opening",
            lambda: acting(b"/OpenAction << /S /JavaScript /JS (1) >>"),
            "pdf-active-content",
            OPEN,
        ),
        Case("Content: automatic actions", lambda: acting(b"/AA << >>"), "pdf-active-content", OPEN),
        Case(
            "Content: dynamic form", lambda: acting(b"/AcroForm << /Fields [] /XFA [] >>"), "pdf-active-content", OPEN
        ),
        Case("Content: taken from another file", elsewhere, "pdf-external-content"),
    ]


def value_cases() -> list[Case]:
    """The signed octets, the values and the algorithms."""
    return [
        # The signed octets themselves.
        Case(
            "Digest: octet flipped",
            lambda: edited(ours(), b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]"),
            "pdf-digest",
        ),
        Case(
            "Digest: octet flipped, seal signature",
            lambda: edited(ours_ses(), b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]"),
            "datahash",
        ),
        Case(
            "Digest: octet flipped, foreign file",
            lambda: edited(foreign(), b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]"),
            "pdf-digest",
        ),
        Case("Digest: claimed time changed", lambda: edited(ours(), b"/M (D:2026", b"/M (D:2025"), "pdf-digest"),
        Case("Digest: value of another file", lambda: value_of_another_file("cms"), "pdf-digest"),
        Case("Digest: seal signature of another file", lambda: value_of_another_file("ses"), "datahash"),
        Case("Digest: seal signature about another range", property_of_another, "property-info"),
        Case("Digest: first of two seals broken", first_seal_broken, "pdf-digest"),
        Case("Licence: page content replaced", lambda: new_content(licence()), "pdf-coverage"),
        Case(
            "Licence: octet flipped",
            lambda: licence()[:-3000] + bytes([licence()[-3000] ^ 16]) + licence()[-2999:],
            "pdf-digest",
        ),
        Case("Licence: time stamp behind it", lambda: stamped(licence()), "pdf-coverage"),
        # Signature values and algorithms.
        Case("Value: by another key", lambda: other_key("cms"), "pdf-signature-value"),
        Case("Value: by another key, seal signature", lambda: other_key("ses"), "seal-signature-value"),
        Case(
            "Value: n − s", lambda: with_message(lambda raw: pair(two(raw)[0], N - two(raw)[1])), "pdf-signature-value"
        ),
        Case(
            "Value: r and s exchanged", lambda: with_message(lambda raw: pair(*two(raw)[::-1])), "pdf-signature-value"
        ),
        Case("Value: zeros", lambda: with_message(lambda _: pair(0, 0)), "pdf-signature-value"),
        Case("Value: s + n", lambda: with_message(lambda raw: pair(two(raw)[0], two(raw)[1] + N)), "cms-encoding"),
        Case("Value: r ‖ s without DER", lambda: with_message(lambda raw: raw), "cms-encoding"),
        Case("Value: an octet behind it", lambda: with_message(lambda raw: der_from_raw(raw) + b"\0"), "cms-encoding"),
        Case(
            "Value: longer length than needed",
            lambda: with_message(lambda raw: b"\x30\x81" + der_from_raw(raw)[1:]),
            "cms-encoding",
        ),
        Case("Value: nothing", lambda: with_message(lambda _: b""), "pdf-signature-value"),
        Case(
            "Algorithm: another digest named inside the signer",
            lambda: exchanged(oid("1.2.156.10197.1.401"), oid("1.2.156.10197.1.402"), foreign(), 1),
            "cms-algorithm",
        ),
        Case("Algorithm: another digest named everywhere", sha256_digest, "cms-algorithm"),
        Case(
            "Algorithm: another digest named outside the signer",
            lambda: exchanged(oid("1.2.156.10197.1.401"), oid("1.2.156.10197.1.402"), foreign()),
            "cms-algorithm",
        ),
        Case(
            "Algorithm: another signature named",
            lambda: exchanged(oid("1.2.156.10197.1.501"), oid("1.2.156.10197.1.502"), foreign(), -1),
            "cms-algorithm",
        ),
        Case(
            "Algorithm: another signature named, ours",
            lambda: exchanged(oid("1.2.156.10197.1.501"), oid("1.2.156.10197.1.504"), ours(), -1),
            "cms-algorithm",
        ),
    ]


def seal_cases() -> list[Case]:
    """What no signature covers, forms of signatures, seals."""
    return [
        # What no signature covers.
        Case(
            "Unsigned: octets behind the CMS",
            lambda: with_contents(foreign(), contents_of(foreign()).rstrip(b"\0"), fill=b"\1"),
            "contents-padding",
        ),
        Case(
            "Unsigned: octets behind the CMS, ours",
            lambda: with_contents(padded_ours(), contents_of(padded_ours())[:-1] + b"\1"),
            "cms-encoding",
        ),
        Case(
            "Unsigned: octets behind the seal signature",
            lambda: with_contents(ours_ses(), contents_of(ours_ses()).rstrip(b"\0"), fill=b"\1"),
            "contents-padding",
        ),
        Case("Unsigned: attribute nobody knows", unsigned_attribute, "cms-unsigned-attribute"),
        Case("Unsigned: certificate of the chain flipped, ours", flipped_chain, "cms-encoding"),
        Case("Unsigned: certificate of the chain flipped", disowned_chain, "cms-certificates"),
        Case(
            "Unsigned: certificate exchanged for another of the key",
            lambda: swapped_certificate(bound=True),
            "cms-certificate",
        ),
        Case("Unsigned: digits of the value in capitals, ours", lambda: capitals(ours()), "cms-encoding"),
        Case("Unsigned: digits of the value in capitals, seal signature", lambda: capitals(ours_ses()), "cms-encoding"),
        Case(
            "Unsigned: octets behind a time stamp",
            stamp_with_more,
            "contents-padding",
        ),
        # Forms of signatures.
        Case(
            "Form: SubFilter nobody knows, value nobody knows",
            lambda: with_contents(with_sub_filter(ours(), b"VND.seal"), b"\x04\x10" + bytes(range(16))),
            "unsupported-seal-format",
            OPEN,
        ),
        Case("Form: value alone", lambda: with_contents(foreign(), pair(1, 2)), "bare-signature", OPEN),
        # Seals.
        Case("Seal: genuine, used by another", lambda: transplanted("cms"), "signer-not-in-seal"),
        Case("Seal: genuine, used by another, seal signature", lambda: transplanted("ses"), "signer-not-in-seal"),
        Case("Seal: signed by a false maker", lambda: false_maker("cms"), "seal-signature-bad"),
        Case("Seal: signed by a false maker, seal signature", lambda: false_maker("ses"), "seal-signature-bad"),
        Case("Seal: its name changed", lambda: altered_seal("cms"), "seal-signature-bad"),
        Case("Seal: its name changed, seal signature", lambda: altered_seal("ses"), "seal-signature-bad"),
        Case("Seal: expired", lambda: expired_seal("cms"), "seal-not-valid-at-time"),
        Case("Seal: expired, seal signature", lambda: expired_seal("ses"), "seal-not-valid-at-time"),
        Case("Seal: broken", broken_seal, "seal-encoding"),
        Case("Seal: none, a picture only", letter, "not-signed"),
        Case("Seal: made by whoever uses it", lambda: self_made(one_party=True), "seal-maker-is-signer", TRUST),
        Case("Seal: made by a false authority", lambda: self_made(one_party=False), "signature-value", TRUST),
        Case("Signer: stranger after a genuine seal", lambda: stranger_after(ours()), "signature-value", TRUST),
    ]
