"""The token of a QR code: making it, and everything a verifier does from the scanned text to the standing.

"verify, all of it" is: text to octets, envelope taken apart, SM2 signature, claims, entry of the status list. The bare
SM2 verification stands beside it, because it is the floor: the rest is what our formats cost. The status list is
the full 2^20 entries, opened once, as a verifier that caches it does; opening it is shown apart.
"""

from datetime import UTC, date, datetime, timedelta

from bench.rows import Row, Work, compared, measure_together
from keys.custody import memory_signer
from keys.sm2 import DEFAULT_IDENTITY, verify
from trust.formats.cose import check, sign1
from trust.formats.status_list import SIZE, STATUS_LIST_TYPE, StatusList, encode_status_list, pack
from trust.formats.token import TokenClaims, decode_claims, encode_claims, from_text, split_token, to_text
from trust.revocation.publishing import open_status_list
from trust.rules.identifier import parse
from trust.rules.status_pointer import StatusPointer

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOST = "https://zhengzhao.example"
CLAIMS = TokenClaims(
    identifier=parse("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"),
    holder="某某市印证餐饮管理**公司",
    issued_on=date(2026, 3, 1),
    valid_until=date(2031, 2, 28),
    status=StatusPointer(7, 700_001),
)


def run() -> list[Row]:
    """Measure and return three groups: making, verifying, status list."""
    signer = memory_signer()
    text = to_text(sign1(encode_claims(CLAIMS), signer), HOST)
    envelope = split_token(from_text(text))
    revoked = pack(((index, 1) for index in range(0, SIZE, 100)), SIZE)
    listed = StatusList(f"{HOST}/status/7", 7, 1, AT, AT + timedelta(hours=12), 60, 0, revoked)
    octets = sign1(encode_status_list(listed), signer, STATUS_LIST_TYPE)

    def verify_all() -> int:
        found = split_token(from_text(text))
        check(found, signer.public)
        return listed.value(decode_claims(found.payload).status.index)

    def make() -> str:
        return to_text(sign1(encode_claims(CLAIMS), signer), HOST)

    if verify_all() != 0 or open_status_list(octets, signer.public) != listed:
        raise RuntimeError("only right answers are worth timing")
    message, signature = envelope.to_be_signed, envelope.signature
    making: dict[str, Work] = {
        "SM2 sign, verified: the floor": lambda: signer.sign(message),
        "token: claims to text": make,
    }
    verifying: dict[str, Work] = {
        "SM2 verify: the floor": lambda: verify(signer.public, message, signature, identity=DEFAULT_IDENTITY),
        "token: verify, all of it": verify_all,
    }
    listing: dict[str, Work] = {
        "status list, 1 % of 2^20: encode and sign": lambda: sign1(
            encode_status_list(listed), signer, STATUS_LIST_TYPE
        ),
        "status list, 1 % of 2^20: verify and open": lambda: open_status_list(octets, signer.public),
    }
    return [
        *compared(measure_together(making), "1/s", "SM2 sign, verified: the floor"),
        *compared(measure_together(verifying), "1/s", "SM2 verify: the floor"),
        *compared(measure_together(listing), "1/s", "status list, 1 % of 2^20: encode and sign"),
    ]
