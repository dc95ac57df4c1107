"""What people are told of errors of `keys`."""

from dataclasses import replace

from keys import errors as keys
from keys.backend import ADVICE_EN, ADVICE_ZH
from service.problem import INTERNAL, Problem, Rows

KEYS: Rows = {
    keys.KeysError: replace(INTERNAL, code="keys"),
    keys.MalformedKey: Problem(
        422, "malformed-key", "公钥或私钥不合规范，请换一把。", "The key is malformed; use another."
    ),
    keys.SignatureRefused: Problem(422, "signature-refused", "签名不成立。", "The signature does not hold."),
    keys.CiphertextRefused: Problem(422, "ciphertext-refused", "密文不能解开。", "The ciphertext does not decrypt."),
    keys.BackendMissing: Problem(
        503,
        "backend-missing",
        ADVICE_ZH,
        ADVICE_EN,
    ),
    keys.BackendFailed: Problem(
        503, "backend-failed", "密码库出错，请重试。", "The cryptographic library failed; retry."
    ),
    keys.SelfTestFailed: Problem(
        503,
        "self-test-failed",
        "密码自检未通过，服务不会启动；请检查密码库。",
        "The self-test failed; check libcrypto.",
    ),
    keys.KeyFileRefused: Problem(
        503,
        "key-file-refused",
        "密钥文件不合规范，请检查文件及其权限。",
        "A key file is not in order; check it and its mode.",
    ),
    keys.OtherSecret: Problem(
        503,
        "index-secret-other",
        "索引密钥（keys/index.secret）不在了，或者不是这个安装原来的那一个；请放回与数据库同一份备份里的文件。",
        "The index secret (keys/index.secret) is gone or is another; put back the one that belongs to the database.",
    ),
    keys.WrongPassphrase: Problem(
        503,
        "wrong-passphrase",
        "口令打不开密钥文件；请检查 YINZHENG_PASSPHRASE。",
        "The passphrase does not open the key file; check YINZHENG_PASSPHRASE.",
    ),
    keys.KeyNotUsable: Problem(
        409,
        "key-not-usable",
        "该密钥不能这样使用；生产环境须使用密码设备中的密钥。",
        "The key may not be used like this; production needs keys in a device.",
    ),
    keys.UnknownReference: Problem(409, "unknown-key", "没有这把密钥。", "There is no such key."),
    keys.SigningFailed: Problem(
        503,
        "signing-failed",
        "签名没有成功，未签发任何内容；请重试。",
        "Signing failed and nothing was issued; try again.",
    ),
}
