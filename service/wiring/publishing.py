"""Founding and publishing: the authority, the catalogue, the publishing side, and what the public has seen."""

from datetime import datetime
from functools import cached_property

from service.accounts import start_tagging
from service.bound import LEDGERS
from service.cataloguing import Cataloguing
from service.founding import found_city, take_up_authority
from service.public_folder import PublicFolder
from service.public_lists import PublicEditions, PublicLists, public_revocation_lists, public_trust_lists
from service.publisher import Publisher
from service.renewal import Renewal
from service.shelf import TemplateShelf
from service.trail.starting import start_marking
from service.wiring.ground import Ground
from trust.certification.authority import Authority
from trust.formats.certificate import Certificate
from trust.revocation.reading import published_since


class Publishing(Ground):
    """An installation that can be founded, and publishes."""

    def found(self) -> None:
        """Make what the plan names and is not there yet, then publish; safe to repeat."""
        means = self._means
        start_marking(means.engine, LEDGERS.values(), self.now(), means.begun)
        start_tagging(means.engine, self.account_tags, self.now(), means.begun)
        found_city(
            self.city,
            self.archive,
            means.ring,
            self.identity,
            base_url=means.base_url,
            at=self.now(),
            random=means.random,
        )
        self.publisher.refresh(self.now())

    @cached_property
    def authority(self) -> Authority:
        """The embedded authority; needs a founded installation."""
        means = self._means
        return take_up_authority(
            self.city,
            self.archive,
            means.ring,
            base_url=means.base_url,
            at=self.now(),
            random=means.random,
        )

    @cached_property
    def catalogue(self) -> Cataloguing:
        """Types, their templates, and mandates."""
        means = self._means
        return Cataloguing(
            self.archive,
            self.directory,
            self.city,
            TemplateShelf(means.blobs, means.templates),
            publisher=lambda: self.publisher,
            now=self.now,
            random=self.random,
        )

    @cached_property
    def renewal(self) -> Renewal:
        """The installation's own certificates, before they end."""
        return Renewal(self.city, self.archive, self.directory, self.ring, lambda: self.authority, self.random)

    @cached_property
    def publisher(self) -> Publisher:
        """The publishing side; needs a founded installation."""
        means = self._means
        return Publisher(
            self.archive,
            self.directory,
            self.authority,
            self.catalogue,
            base_url=means.base_url,
            now=self.now,
            random=means.random,
            list_size=means.list_size,
            folder=means.public,
            abreast=self.abreast,
            commit_trail=self.trail.commit,
            renew_due=self.renewal.renew_due,
        )

    @property
    def public_folder(self) -> PublicFolder | None:
        """Where everything published lies as files, if this installation has such a place."""
        return self._means.public

    @property
    def public_lists(self) -> PublicLists:
        """The status lists as the public has them."""
        return PublicLists(self._means.public, self.archive)

    @property
    def public_crls(self) -> PublicEditions:
        """The revocation lists as the public has them."""
        return public_revocation_lists(self._means.public, self.archive)

    @property
    def public_trust_lists(self) -> PublicEditions:
        """The trust list as the public has it."""
        return public_trust_lists(self._means.public, self.archive)

    def published_since(self, identifier: str) -> dict[int, datetime]:
        """When each act on a licence was made public, by its sequence; those that no list shows yet are not there."""
        archive = self.archive
        pointer = archive.slots.of([identifier]).get(identifier)
        if pointer is None:
            return {}
        return published_since(archive.acts.recorded_of(identifier), archive.publications, pointer.list)

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        """The pinned root of this installation; empty before it is founded."""
        return self._published.anchors
