"""Verifying, everything included: content, seal, signatures, paths, mandate, metadata, standing, and online the log.

The installation is that of `bench.issue`, its status list of full size (2^20 entries), its evidence as published.
"In hand" is a verifier that has weighed its bundle once and verifies many licences with it, without a network; "online"
is this installation's own answer, which looks for newer evidence and for the log's proof in the database each time.
Freshness of the evidence is judged every time, in both.

Signatures over the same octets are remembered in a process: a seal's, a certificate's, a revocation list's. "Nothing
seen before" forgets all of them each time. The peer is pyHanko on the same page, signed with P-256, without revocation
lists and without anything beyond the signature and its path; the floor is one SM2 verification.
"""

from functools import partial

from bench.issue import AT, BUNDLE, installation
from bench.pdf import peer
from bench.rows import Row, Work, compared, measure_together
from keys.sm2 import DEFAULT_IDENTITY, verify
from templates.face import draw_face
from templates.library import load_bundle
from templates.sample import sample_of
from trust.formats.certificate import load_certificate
from trust.formats.ofd.examine import examine_ofd
from trust.formats.path import check_issued, check_list_issued
from trust.formats.seal_check import check_seal
from trust.formats.ses import parse_seal
from trust.formats.token import split_token, to_text
from trust.rules.verdict import Indication
from verifier.evidence import weigh
from verifier.verifying import Examined, verify_file, verify_words

REMEMBERED = (load_certificate, check_issued, check_list_issued, check_seal, parse_seal)
FLOOR = "one SM2 verification: the floor"
PEER = "pyHanko validation, P-256"


def run() -> list[Row]:
    """Measure files, codes and evidence, each group with its floor or its peer."""
    with installation() as made:
        yinzheng, issued = made.yinzheng, made.issuing()()
        bundle, text = yinzheng.evidence_bundle(), to_text(issued.token, "http://127.0.0.1:8000")
        evidence = weigh(bundle, yinzheng.anchors, AT)
        envelope = split_token(issued.token)
        signer = examine_ofd(issued.ofd).signer
        if signer is None:
            raise RuntimeError("the file measured names no signer")
        public = load_certificate(signer).public_key
        in_hand = partial(verify_file, evidence=evidence, now=AT, online=None)

        def anew() -> Examined:
            for remembering in REMEMBERED:
                remembering.cache_clear()
            return in_hand(issued.ofd)

        floor: Work = partial(verify, public, envelope.to_be_signed, envelope.signature, identity=DEFAULT_IDENTITY)
        answers: dict[str, partial[Examined]] = {
            "OFD, evidence in hand": partial(in_hand, issued.ofd),
            "OFD, online": partial(yinzheng.verify_file, issued.ofd),
            "PDF, evidence in hand": partial(in_hand, issued.pdf),
            "PDF, online": partial(yinzheng.verify_file, issued.pdf),
            "identifier, online": partial(yinzheng.verify_words, str(issued.entry.licence.identifier)),
        }
        codes: dict[str, partial[Examined]] = {
            "code, evidence in hand": partial(verify_words, text, evidence, now=AT, online=None),
            "code, online": partial(yinzheng.verify_words, text),
        }
        for name, answer in (answers | codes).items():
            if answer().verdict.indication is not Indication.PASSED:
                raise RuntimeError(f"{name}: only right answers are worth timing")
        _, validate = peer(page())
        files: dict[str, Work] = {PEER: validate, **answers, "OFD, nothing seen before": anew}
        short: dict[str, Work] = {FLOOR: floor, **codes}
        size = f"1/s ({len(issued.ofd):,} and {len(issued.pdf):,} octets)"
        weighing: dict[str, Work] = {
            "evidence bundle, weighed anew": partial(weigh, bundle, yinzheng.anchors, AT),
            "evidence, looked up and unchanged": yinzheng.evidence,
        }
        return [
            *compared(measure_together(files), size, PEER),
            *compared(measure_together(short), f"1/s ({len(text)} characters)", FLOOR),
            *compared(measure_together(weighing), "1/s", "evidence bundle, weighed anew"),
        ]


def page() -> bytes:
    """The same face, not sealed, for the peer to sign."""
    bundle = load_bundle(BUNDLE)
    sample = sample_of(bundle)
    return draw_face(bundle, sample.licence, sample.qr_text, sample.seal).pdf
