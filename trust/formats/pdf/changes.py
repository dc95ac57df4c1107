"""What each update of a sealed PDF changed, and whether updates may do that at all.

Every object that an update writes anew must be explained by something an update may do: add validation data (DSS), say
the document's title anew, create a signature field and sign it, sign a field that waits, fill a field. Everything else
is a fault, named by a code: pages, contents, fonts, annotations, actions, objects that were missing before, objects
taken away. An object is only let pass in its role, and where it has one role alone, since a stream that is metadata and
a page's content at once would change the page.

One step is compared with the one before it, once, whatever the number of signatures; whether a signature allows what a
step did is asked in `permitted`. Stricter than ISO 32000-2 §12.8.2.2 needs: annotations are never allowed, and new
fields must be signed at once.
"""

from collections.abc import Mapping

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf.allowances import (
    FIELD_USES,
    FILLING_MAY,
    FORM_MAY,
    LOOKS,
    NEW_FIELD_MAY,
    NEW_FORM_MAY,
    ROOT_MAY,
    ROOT_USES,
    SHOWING_MAY,
    SIGNING_MAY,
    SOFTWARE,
    VERSION,
)
from trust.formats.pdf.fields import SeenField, annotations_of, fields_of, pages_of
from trust.formats.pdf.innocent import begins, is_plain, looked_up
from trust.formats.pdf.security_store import DSS_ARRAYS, store_is_sound
from trust.formats.pdf.source import Value
from trust.formats.pdf.steps import Step
from trust.formats.pdf.uses import Use, Uses
from trust.formats.pdf.views import Key, View, changed_keys, key_of, same, written_in
from trust.formats.pdf.visible import visible


def steps_after(reader: PdfFileReader, base: View) -> list[Step]:
    """What the updates after the revision of `base` did, in their order.

    Raises:
        PdfRefused: `pdf-unreadable`, `pdf-size`.

    """
    found: list[Step] = []
    if reader.total_revisions == base.revision + 1:
        return found
    old, uses, fields = base, Uses(base), fields_of(base)
    for revision in range(base.revision + 1, reader.total_revisions):
        written, freed = written_in(reader, revision)
        new = old.next(written, revision)
        comparison = Comparison(old, new, uses, fields, Step(revision))
        comparison.run(written, freed)
        found.append(comparison.step)
        for key in written - new.tables:
            uses.put(key, new.value(key))
        old, fields = new, comparison.new_fields
    return found


class Comparison:
    """One update held against the state before it."""

    def __init__(self, old: View, new: View, uses: Uses, fields: Mapping[str, SeenField], step: Step) -> None:
        self.old, self.new, self.uses, self.step = old, new, uses, step
        self.fields = fields
        self.new_fields = fields_of(new)
        self.old_root, self.new_root = (view.entries(view.value(view.root_key)) for view in (old, new))
        self.explained: set[Key] = set()
        self.new_widgets: set[Key] = set()

    def run(self, written: set[Key], freed: set[int]) -> None:
        """Look at everything the update wrote."""
        if freed and any(key[0] in freed for key in self.old.keys()):  # noqa: SIM118  (a view is no mapping)
            self.step.fault("pdf-object-removed")
        self._trailer()
        changed = {key for key in written if key in self.old and not same(self.old.value(key), self.new.value(key))}
        fresh = {key for key in written if key not in self.old}
        if any(self.uses.at(key) for key in fresh | self.new.own_table):
            self.step.fault("pdf-object-supplied")
        if any(key[1] or key[0] in self.uses.numbers for key in fresh):
            self.step.fault("pdf-changed-after-seal")  # the same object in another generation, to many programs
        self._root(changed)
        self._form(changed)
        self._fields(changed)
        self._pages(changed)
        if self._changed_under("/DSS"):
            self._security(changed)
        pages = set(pages_of(self.old)) if changed - self.explained else set()
        for key in changed - self.explained:
            self.step.fault(self._fault_of(key, pages))

    def _fault_of(self, key: Key, pages: set[Key]) -> str:
        """The code for an object that nothing explains."""
        uses = self.uses.of(key)
        if key in pages or uses & {"/Contents", "/Kids", "/Pages", "/Resources", "/Font", "/XObject"}:
            return "pdf-page-changed"
        if "/Annots" in uses:
            return "pdf-annotation-added"
        return "pdf-changed-after-seal"

    def _trailer(self) -> None:
        """The catalogue must stay the same object; the information may be another."""
        if self.old.root_key != self.new.root_key or "/Encrypt" in self.new.trailer:
            self.step.fault("pdf-changed-after-seal")
        old, new = (dict.get(view.trailer, "/Info") for view in (self.old, self.new))
        old_value, new_value = self.old.resolve(old), self.new.resolve(new)
        if same(old_value, new_value):
            return
        names = changed_keys(*(view.entries(each) for view, each in ((self.old, old), (self.new, new))))
        self.step.described = bool(names - SOFTWARE)
        plain = all(
            not isinstance(self.new.resolve(item), generic.DictionaryObject)
            for item in dict.values(self.new.entries(new))
        )
        if isinstance(new, generic.IndirectObject) and not self.uses.at(key_of(new)) and plain:
            self.explained.add(key_of(new))

    def _root(self, changed: set[Key]) -> None:
        names = changed_keys(self.old_root, self.new_root)
        for name in names - ROOT_MAY:
            self.step.fault("pdf-changed-after-seal", f"Root{name}")
        if "/Version" in names and not VERSION.fullmatch(str(dict.get(self.new_root, "/Version"))):
            self.step.fault("pdf-changed-after-seal", "Root/Version")
        if "/Extensions" in names and not is_plain(self.new.resolve(dict.get(self.new_root, "/Extensions"))):
            self.step.fault("pdf-changed-after-seal", "Root/Extensions")
        if self._changed_under("/Extensions"):
            self._explain(changed, dict.get(self.new_root, "/Extensions"), self._in_root("/Extensions"))
        if self._changed_under("/Metadata"):
            self.step.metadata = True
            self._explain(changed, dict.get(self.new_root, "/Metadata"), self._in_root("/Metadata"))
        if self.uses.only_under(self.new.root_key, ROOT_USES):
            self.explained.add(self.new.root_key)

    def _changed_under(self, name: str) -> bool:
        """Whether an entry of the catalogue, or the object it refers to, is another; for the DSS, anything in it."""
        old, new = dict.get(self.old_root, name), dict.get(self.new_root, name)
        if not same(old, new) or not same(self.old.resolve(old), self.new.resolve(new)):
            return True
        return name == "/DSS" and any(
            not same(self.old.resolve(item), self.new.resolve(item)) for item in dict.values(self.new.entries(new))
        )

    def _in_root(self, name: str) -> set[Use]:
        """The place in the catalogue under this key."""
        return {(self.new.root_key, (name,))}

    def _below(self, name: str, entry: str) -> set[Use]:
        """The places of an entry of a dictionary that the catalogue has under this key, before the update and after."""
        raws = (dict.get(root, name) for root in (self.old_root, self.new_root))
        return {
            (key_of(raw), (entry,)) if isinstance(raw, generic.IndirectObject) else (self.new.root_key, (name, entry))
            for raw in raws
        }

    def _explain(self, changed: set[Key], value: Value | None, places: set[Use]) -> None:
        """An object that may be written anew, if it is referred to at these places alone."""
        if (
            isinstance(value, generic.IndirectObject)
            and key_of(value) in changed
            and self.uses.at(key_of(value)) <= places
        ):
            self.explained.add(key_of(value))

    def _form(self, changed: set[Key]) -> None:
        """The dictionary of the form and its list of fields."""
        raw = dict.get(self.new_root, "/AcroForm")
        old, new = self.old.entries(dict.get(self.old_root, "/AcroForm")), self.new.entries(raw)
        names = changed_keys(old, new)
        allowed = FORM_MAY if old else NEW_FORM_MAY
        if names - allowed or (names & LOOKS and looked_up(self.old, self.fields)):
            self.step.fault("pdf-form-changed")
        listed = [each.items(dict.get(form, "/Fields")) for each, form in ((self.old, old), (self.new, new))]
        if not begins(*listed):
            self.step.fault("pdf-field-changed")
        self._explain(changed, raw, self._in_root("/AcroForm"))
        self._explain(changed, dict.get(new, "/Fields"), self._below("/AcroForm", "/Fields"))

    def _fields(self, changed: set[Key]) -> None:
        """Every field, by its name."""
        for name, old in self.fields.items():
            new = self.new_fields.get(name)
            if new is None or new.key != old.key or new.widgets != old.widgets or new.kind != old.kind:
                self.step.fault("pdf-field-changed", name)
            elif changed & {new.key, *new.widgets} or not self._same_value(old, new):
                self._field(changed, old, new)
        for name, new in self.new_fields.items():
            if name not in self.fields:
                self._new_field(new)

    def _same_value(self, old: SeenField, new: SeenField) -> bool:
        return same(old.value, new.value) and (
            not isinstance(new.value, generic.IndirectObject)
            or same(self.old.resolve(old.value), self.new.resolve(new.value))
        )

    def _field(self, changed: set[Key], old: SeenField, new: SeenField) -> None:
        """A field of which something is another."""
        signs = old.is_signature and not old.signed and new.signed
        if old.is_signature and not signs:
            self.step.fault("pdf-field-changed", old.name)
            return
        for key in {new.key, *new.widgets}:
            before, after = self.old.entries(self.old.value(key)), self.new.entries(self.new.value(key))
            may = SHOWING_MAY if key != new.key else SIGNING_MAY if signs else FILLING_MAY
            if changed_keys(before, after) - may:
                self.step.fault("pdf-field-changed", old.name)
        self.explained |= {key for key in (new.key, *new.widgets) if self.uses.only_under(key, FIELD_USES)}
        seen = any(visible(self.new, key) for key in (new.key, *new.widgets))
        (self.step.filled if not signs else self.step.sealed if seen else self.step.unseen).add(old.name)
        if not signs and isinstance(old.value, generic.IndirectObject):
            self._explain(changed, old.value, {(old.key, ("/V",))})

    def _new_field(self, new: SeenField) -> None:
        """A field that was not there: one for a signature, of new objects, with nothing that acts."""
        objects = {new.key, *new.widgets}
        shown = any(visible(self.new, key) for key in objects)
        acts = any(self.new.entries(self.new.value(key)).keys() - NEW_FIELD_MAY for key in objects)
        if not new.is_signature or (shown and not new.signed):
            self.step.fault("pdf-field-added", new.name)
        if acts or any(key in self.old for key in objects):
            self.step.fault("pdf-annotation-added", new.name)
        (self.step.added if shown else self.step.unseen).add(new.name)
        self.new_widgets |= objects

    def _pages(self, changed: set[Key]) -> None:
        """Pages, whose list of annotations alone may grow, by the widgets of new fields."""
        if not changed - self.explained:
            return
        for page in pages_of(self.old):
            raw = dict.get(self.new.entries(self.new.value(page)), "/Annots")
            array = key_of(raw) if isinstance(raw, generic.IndirectObject) else None
            if page in changed or array in changed:
                self._page(page, array)

    def _page(self, page: Key, array: Key | None) -> None:
        before, after = self.old.entries(self.old.value(page)), self.new.entries(self.new.value(page))
        listed = self.new.resolve(dict.get(after, "/Annots"))
        if changed_keys(before, after) - {"/Annots"} or not isinstance(listed, generic.ArrayObject | None):
            self.step.fault("pdf-page-changed")
        old, new = annotations_of(self.old, page), annotations_of(self.new, page)
        added = new[len(old) :]
        if not begins(old, new):
            self.step.fault("pdf-annotation-added")
        if any(not isinstance(item, generic.IndirectObject) or key_of(item) not in self.new_widgets for item in added):
            self.step.fault("pdf-annotation-added")
        self.explained.add(page)
        if array is not None and self.uses.only_under(array, frozenset({"/Annots"})):
            self.explained.add(array)

    def _security(self, changed: set[Key]) -> None:
        """The validation data: streams in lists, and nothing else."""
        self.step.security = True
        raw = dict.get(self.new_root, "/DSS")
        new = self.new.entries(raw)
        if not store_is_sound(self.old, self.new, dict.get(self.old_root, "/DSS"), raw):
            self.step.fault("pdf-dss-form")
        self._explain(changed, raw, self._in_root("/DSS"))
        for name in (*DSS_ARRAYS, "/VRI"):
            self._explain(changed, dict.get(new, name), self._below("/DSS", name))
