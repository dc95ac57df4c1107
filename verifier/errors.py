"""The tree of errors of `verifier`. A damaged or hostile *subject* is never an error, it is a finding.

VerifierError
├── EvidenceUnusable    the evidence bundle or the trust anchors cannot be read; `reason` says why
├── NotUnderstood       the words of the caller are neither a file, a code nor a number
├── FileUnavailable     the file of a number is kept and cannot be had now; `verify_number` makes it a finding
├── UnknownPolicy       no policy of that name
├── PolicyMismatch      the policy is for the other kind of subject
└── NotCarried          what came back from the reading process is no value of the expected type; it becomes a finding
"""


class VerifierError(Exception):
    """Base of everything that verifying raises on purpose."""


class EvidenceUnusable(VerifierError):
    def __init__(self, reason: str, what: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.reason, self.what = reason, what


class NotUnderstood(VerifierError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FileUnavailable(VerifierError):
    def __init__(self, identifier: str) -> None:
        super().__init__(identifier)
        self.identifier = identifier


class UnknownPolicy(VerifierError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class PolicyMismatch(VerifierError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotCarried(VerifierError):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
