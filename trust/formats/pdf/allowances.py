"""What an update of a sealed PDF may touch: entries that may change, by kind of dictionary, and who may refer to it.

Sets of names for `changes`; anything that is not in them is a fault.
"""

import re

ROOT_MAY = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})
FORM_MAY = frozenset({"/Fields", "/SigFlags", "/DR", "/DA"})
NEW_FORM_MAY = frozenset({"/Fields", "/SigFlags", "/DR", "/DA", "/Type"})
SIGNING_MAY = frozenset({"/V", "/AP", "/M", "/F", "/MK"})
FILLING_MAY = frozenset({"/V", "/AP", "/AS", "/M", "/F", "/DA", "/Q", "/MK"})
SHOWING_MAY = frozenset({"/AP", "/AS", "/M", "/F", "/MK", "/DA"})
NEW_FIELD_MAY = SIGNING_MAY | {"/Subtype", "/FT", "/T", "/TU", "/TM", "/Ff", "/Rect", "/P", "/Parent", "/Kids", "/Lock"}
NEW_FIELD_MAY |= {"/Type", "/SV", "/DA", "/Border", "/BS", "/NM"}
LOOKS = frozenset({"/DR", "/DA"})
"""What a form gives to whatever on a page has no appearance of its own: fields, and remarks as well."""
WITHOUT_LOOKS = frozenset({"/Widget", "/Link"})
FIELD_USES = frozenset({"/Fields", "/Kids", "/Annots", "/Parent", "/Obj", "/CO"})
"""Who may refer to a field or its widget: form, pages, other parts of it, structure tree, order of calculation."""
ROOT_USES = frozenset({"/Data"})
"""Who may refer to the catalogue: the data that a signature's permissions are about."""
SOFTWARE = frozenset({"/ModDate", "/Producer"})
"""What software says of itself when it writes an update; it says nothing of the document."""
VERSION = re.compile(r"/[12]\.[0-9]")
