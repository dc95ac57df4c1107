"""The sentences of `service.field_words` in English, for programs and whoever writes them.

The same reasons, one line each; `about` gives both languages of a reason, also of those that only `service.reasons`
tells.
"""

from service.field_words import SENTENCES, sentence
from service.reasons import REASONS

_UNSEEN = "It holds a line end or a character that cannot be seen; remove it."
_ODD = "It holds a character that may not stand on a licence; write it otherwise."
_KIND = "This type is not issued to such a holder."
ENGLISH = {
    "missing": "This is needed.",
    "empty": "This is needed.",
    "reserved-words": "It names a grade of evidence, as only the mark of a conversion does; say it otherwise.",
    "grade-too-low": "The evidence is weaker than this type asks for.",
    "unknown": "There is no such member, or no such value.",
    "not-text": "A text is wanted.",
    "too-long": "It is too long.",
    "not-a-date": "A date that exists is wanted, like 2026-11-21.",
    "in-the-future": "It may not be later than today.",
    "before-start": "It may not be before the first day.",
    "this-type-has-no-end": "This type has no last day; leave it out.",
    "dates": "First or last day do not suit this type.",
    "area-code": "A division has six digits.",
    "pattern": "It does not have the form that the type asks for.",
    "not-a-day": "A date that exists is wanted, written 2026年11月21日.",
    "not-a-month": "A month is wanted, written 2026年11月.",
    "not-a-number": "A number is wanted, without separators, of six decimals at most.",
    "not-in-list": "It is not in the list of codes; use a name of the list.",
    "too-many-values": "There are more values than the type allows.",
    "number-characters": "The number has a character that none may have: ideographs, letters, digits and usual marks.",
    "number-form": "The number does not follow the rule of its type: division, year or digits.",
    "number-check": "The check character of the number is wrong; was it mistyped?",
    "beyond-longest": "It is beyond the longest validity of this type.",
    "edge-space": "It begins or ends with a space.",
    **dict.fromkeys(("control-character", "format-character"), _UNSEEN),
    **dict.fromkeys(
        ("surrogate", "private-use", "noncharacter", "replacement-character", "not-nfc", "combining-marks"), _ODD
    ),
    "space": "It holds an unusual space; use a plain one.",
    "length": "It has too many or too few characters.",
    "characters": "It has a character that such a code never has.",
    "division": "The division in it does not exist.",
    "organisation-check": "The check character of the organisation in it is wrong.",
    "check": "The check character is wrong; was it mistyped?",
    "birth-date": "The date of birth in it does not exist.",
    "birth-date-future": "The date of birth in it is in the future.",
    "foreign-permanent-resident": "This is the number of a foreign permanent resident; give that code type.",
    **dict.fromkeys(("not-for-this-type", "holder-kind"), _KIND),
    "holder-separator": "Names and codes may not hold the mark that stands between holders (、).",
    "predecessor-unknown": "There is no licence of that identifier to follow.",
    "predecessor-type": "The licence to be followed is of another type.",
    "predecessor-standing": "The standing of the licence to be followed does not allow this.",
    "carried-over": "A restore lost the act by which it is listed as not in force; record that act again first.",
    "transfer-elsewhere": "The transfer out does not name this body; it has to be done again, naming this one.",
    "original-missing": "For a licence of another system its file (OFD or PDF) has to be handed in first.",
    "original-unverified": "What was handed in is no sound licence file; get one from the body that issued it.",
    "original-other": "The file handed in is not of the licence with this identifier.",
    "original-name": "The name of the file is not what handing it in answered: sm3: and 64 hexadecimal digits.",
    "original-needless": "The licence is kept here; leave its file out.",
    "evidence-needless": "The licence has no grade of evidence; leave this out.",
    "needs-predecessor": "Only a licence that follows another has this.",
    "predecessor-expired": "The licence to be followed has passed its last day.",
    "predecessor-succeeded": "Another licence follows that one already; follow the newest.",
    "number-kept": "The number is to be that of the licence before.",
    "holders-kept": "The holders are to be those of the licence before; only names may change.",
    "content-kept": "A re-issue has the content of the licence before; only the date of issue may differ.",
    "nothing-changed": "The content is that of the licence before; nothing would change.",
    "end-not-later": "The last day is to be later than that of the licence before.",
    "template-changed": "The template has changed; change and save the application.",
    "withdrawal-reason": "A body says why it withdraws a consent.",
    "reason-missing": "This ground needs a reason.",
    "ground-unknown": "There is no such ground.",
    "ground-kind": "This ground does not suit the act.",
    "ground-authority": "This ground is not for the issuing body.",
    "not-retroactive": "This ground does not reach back: it may not take effect before now.",
    "recorded-too-late": "This ground does not reach back: at most thirty days before it is recorded.",
    "before-issue": "It would take effect before the licence was issued, or the seal filed.",
    "report-key-loss": "A key in other hands is reported as such, by two people.",
    "decision-missing": "This ground needs the number of the decision.",
    "receiver-missing": "A transfer out names the body that takes the licence in, by code or name.",
    "receiver-needless": "Only a transfer out names a receiving body.",
    "act-reversal": "What is named is not the act that this one is about; look again.",
    "already-reversed": "That act was reversed before.",
    "not-own-licence": "This body has issued no such licence.",
    "repeated": "The same licence is named more than once.",
    "too-many": "At most 10 000 licences at a time.",
    "try-by-worker": "There are many rows or photographs: let the worker try the table, and take its list of problems.",
    "content-changed": "The content is not what was looked at, and was not approved; look again.",
    "standing-final": "The licence has come to its end; no such act follows.",
    "standing-move": "The standing at that time does not allow this act.",
    "idempotency-mismatch": "This key belongs to another request; nothing was done.",
    "act-busy": "Another act was recorded just now; look again and retry.",
    "case-number": "A case number has 1 to 50 letters, digits and hyphens.",
    "code": "A requirement is wanted.",
    "holder-code": "The code of the holder is wanted.",
    "identifier": "This is no whole licence identifier.",
    "purpose": "A purpose has 1 to 200 characters in one line.",
    "personal-data": "Case number, purpose and basis are kept for long and may not hold the code of a person.",
    "consent-purpose": "A purpose has 1 to 200 characters in one line.",
    "consent-giver": "The consent is not by whom it has to be.",
    "consent-reference": "The number of the consent is wanted: letters, digits and hyphens.",
    "consent-basis": "A statutory basis is wanted, in 200 characters at most.",
    "consent-period": "The last day of the consent is wanted.",
    "consent-expired": "The consent has expired.",
    "consent-withdrawn": "The consent was withdrawn.",
    "consent-changed": "This number of a consent was used with another content.",
    "consent-fields": "The consent does not reach to what the requirement needs.",
    "consent-case": "The consent was given for another case.",
}
"""By reason, as `service.field_words.SENTENCES`."""


def about(reason: str) -> tuple[str, str]:
    """What a reason means, in Chinese and in English; a general sentence where it is none that people can cause."""
    known = reason in SENTENCES or reason not in REASONS
    return (sentence(reason), ENGLISH.get(reason, "This is not in order.")) if known else REASONS[reason]
