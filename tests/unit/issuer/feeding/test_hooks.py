"""Which addresses something is sent to, how a message is signed, and how long a deaf one is waited for."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from issuer.feeding.errors import HookRefused
from issuer.feeding.hooks import MOST_FAILURES, check_url, wait_after
from issuer.feeding.signing import signature_base, signed_headers
from keys.sm3 import hmac_sm3, sm3

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "url", ["https://oa.example/yinzheng", "https://oa.example:8443/a?b=c", "https://a-b.example.cn"]
)
def test_addresses_that_do(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "url-form"),
        ("https://oa.example/" + "x" * 300, "url-form"),
        ("https://oa.example/ x", "url-form"),
        ("https://oa.example/\n", "url-form"),
        ("https://oa.例子/", "url-form"),
        ("https://oa.example\\@127.0.0.1/", "url-form"),
        ("https://user:word@oa.example/", "url-form"),
        ("https://oa.example/#there", "url-form"),
        ("https://oa.example/#", "url-form"),
        ("https://oa.example:0/", "url-form"),
        ("https://oa.example:99999/", "url-form"),
        ("https://[::1/", "url-form"),
        ("http://oa.example/", "url-https"),
        ("ftp://oa.example/", "url-https"),
        ("file:///etc/passwd", "url-https"),
        ("//oa.example/", "url-https"),
        ("http://127.0.0.1/", "url-https"),
        ("https://127.0.0.1/", "url-host"),
        ("https://127.1/", "url-host"),
        ("https://0x7f.1/", "url-host"),
        ("https://127.0.0.0x1/", "url-host"),
        ("https://2130706433/", "url-host"),
        ("https://[::1]/", "url-host"),
        ("https://localhost/", "url-host"),
        ("https://intranet/", "url-host"),
        ("https:///path", "url-host"),
    ],
)
def test_addresses_that_do_not(url: str, reason: str) -> None:
    with pytest.raises(HookRefused) as refused:
        check_url(url)
    assert refused.value.reason == reason


def test_for_trials_this_machine_will_do() -> None:
    assert check_url("http://127.0.0.1:9000/x", loopback=True)
    for url in ("http://10.0.0.1/", "http://oa.example/", "https://127.0.0.1/"):
        with pytest.raises(HookRefused):
            check_url(url, loopback=True)


def test_a_message_is_signed_over_where_it_goes_and_what_it_says() -> None:
    headers = signed_headers(b"{}", url="https://oa.example/x", key_id="0a.1", secret=b"s" * 32, at=AT)
    digest, parameters = headers["Content-Digest"], headers["Signature-Input"].removeprefix("yinzheng=")
    assert b64decode(digest.removeprefix("sm3=:").rstrip(":")) == sm3(b"{}")
    assert parameters == (
        '("@method" "@target-uri" "content-digest" "content-type");created=1795233600;keyid="0a.1";alg="hmac-sm3"'
    )
    base = signature_base("https://oa.example/x", digest, parameters)
    assert base.decode() == (
        '"@method": POST\n"@target-uri": https://oa.example/x\n'
        f'"content-digest": {digest}\n"content-type": application/json\n"@signature-params": {parameters}'
    )
    signature = b64decode(headers["Signature"].removeprefix("yinzheng=:").rstrip(":"))
    assert signature == hmac_sm3(b"s" * 32, base)


def test_the_waits_grow_to_six_hours_and_take_about_a_day_together() -> None:
    waits = [wait_after(failures) for failures in range(1, MOST_FAILURES)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(hours=6)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(hours=48)
