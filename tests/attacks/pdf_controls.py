"""Genuine PDF files: what is found wrong with one of them is a fault of ours."""

from pyhanko.sign.fields import SigSeedSubFilter

from tests.attacks.pdf_cases import Control
from tests.attacks.pdf_foreign import certified, compact, foreign, signed_by_pyhanko, stamped, with_fields, with_store
from tests.attacks.pdf_forging import authority, with_sub_filter
from tests.attacks.pdf_making import (
    letter,
    ours,
    ours_locked,
    ours_ses,
    ours_twice,
    ours_with_chain,
    seal,
    with_text_field,
)
from tests.attacks.pdf_rebuilding import hidden, last_trailer, rows_of_19, store_appended, with_file_inside
from tests.pdf_parts import page
from tests.pdf_parts import sealed as licence
from tests.seal_parts import parts
from trust.formats.placing import Riding


def controls() -> list[Control]:
    """Every genuine file."""
    bare = frozenset({"no-seal"})
    return [
        Control("ours: CMS", ours),
        Control("ours: seal signature", ours_ses),
        Control("ours: two seals", ours_twice),
        Control(
            "ours: three seals, the last over all pages and final",
            lambda: seal(ours_twice(), Riding("right", 50), lock=True),
        ),
        Control("ours: locked", ours_locked),
        Control("ours: invisible", lambda: seal(letter(), None)),
        Control("ours: with its chain", ours_with_chain),
        Control("ours: with a form", lambda: seal(with_text_field())),
        Control("ours: time-stamped", lambda: stamped(ours())),
        Control("ours: validation data", lambda: with_store(ours()), frozenset({"pdf-dss-unstamped"})),
        Control("ours: validation data, time-stamped", lambda: stamped(with_store(ours()))),
        Control("ours: validation data twice, time-stamped twice", lambda: stamped(stamped(with_store(ours())))),
        Control("ours: on a page that is turned", lambda: seal(page(rotation=90))),
        Control("ours: on a file with links", lambda: seal(page(link=True))),
        Control("ours: on a file whose table is out of order", lambda: seal(rows_of_19(letter()))),
        Control("ours: on a file with an object that no table names", lambda: seal(hidden())),
        Control("ours: on a file with another PDF in it", lambda: seal(with_file_inside())),
        Control(
            "ours: validation data octet by octet", lambda: store_appended(ours()), frozenset({"pdf-dss-unstamped"})
        ),
        Control(
            "ours: a library's name in the update",
            lambda: last_trailer(
                store_appended(ours()), lambda end: end.replace(b"startxref", b"%Library 8.0.2\nstartxref")
            ),
            frozenset({"pdf-dss-unstamped"}),
        ),
        Control("ours: another vendor's seal", lambda: seal(letter(), seal_der=parts().seal)),
        Control("ours: a licence", licence),
        Control("ours: on a file with object streams", lambda: seal(compact())),
        Control("ours: twice on a file with object streams", lambda: seal(seal(compact()), form="ses")),
        Control(
            "ours: object streams, validation data",
            lambda: with_store(seal(compact())),
            frozenset({"pdf-dss-unstamped"}),
        ),
        Control("foreign: on a file with object streams", lambda: signed_by_pyhanko(compact()), bare),
        Control("foreign: approval", foreign, bare),
        Control("foreign: on a file with another PDF in it", lambda: signed_by_pyhanko(with_file_inside()), bare),
        Control("foreign: invisible", lambda: signed_by_pyhanko(page(), box=None), bare),
        Control("foreign: PAdES", lambda: signed_by_pyhanko(page(), subfilter=SigSeedSubFilter.PADES), bare),
        Control(
            "foreign: two approvals", lambda: signed_by_pyhanko(foreign(), field="Other", box=(200, 50, 300, 150)), bare
        ),
        Control("foreign: certified, level 1", lambda: signed_by_pyhanko(page(), level=1), bare),
        Control(
            "foreign: certified, level 2, waiting field signed",
            lambda: signed_by_pyhanko(certified(2), field="Signature2"),
            bare,
        ),
        Control("foreign: certified, waiting field empty", lambda: certified(1), bare | {"pdf-field-empty"}),
        Control("foreign: certified, level 1, time-stamped", lambda: stamped(signed_by_pyhanko(page(), level=1)), bare),
        Control(
            "foreign: signer's certificate not named",
            lambda: signed_by_pyhanko(page(), bound=False),
            bare | {"cms-signer-unbound"},
        ),
        Control(
            "foreign: chain without its authority",
            lambda: signed_by_pyhanko(page(), chain=[parts().maker_certificate]),
            bare | {"cms-unprotected"},
        ),
        Control(
            "foreign: chain with its authority",
            lambda: signed_by_pyhanko(page(), chain=[parts().maker_certificate, authority()]),
            bare | {"cms-unprotected"},
        ),
        Control("foreign: our seal added", lambda: seal(foreign()), bare),
        Control(
            "foreign: signed behind our seal",
            lambda: signed_by_pyhanko(ours(), field="Other", box=(400, 50, 500, 150)),
            bare,
        ),
        Control("foreign: end of line not covered", lambda: foreign() + b"\n", bare | {"pdf-trailing-eol"}),
        Control(
            "foreign: SubFilter that does not fit",
            lambda: with_sub_filter(foreign(), b"GM.sm2seal"),
            bare | {"pdf-subfilter"},
        ),
        Control(
            "foreign: prepared fields",
            lambda: signed_by_pyhanko(signed_by_pyhanko(with_fields(page(), "A", "B"), field="A"), field="B"),
            bare,
        ),
    ]
