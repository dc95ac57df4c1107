"""`yinzheng`: the command line of one installation.

Exit codes: 0 done or PASSED, 1 FAILED or refused with a problem, 2 INDETERMINATE, 64 the words do not fit, 70 a fault
of ours, 74 disk or database failed (EX_IOERR of sysexits.h). A verification that could not begin (no such bundle,
policy or anchor) is 64, one that broke off is 2, 70 or 74, and never 1, which would say FAILED. Every refusal is a
sentence in Chinese and English on stderr.
"""

import sys
import traceback
from collections.abc import Sequence

import typer
from sqlalchemy.exc import DBAPIError

from cases.errors import CasesError
from issuer.errors import IssuerError
from keys.errors import BackendMissing, KeysError
from service.blobs import BlobMissing
from service.commands import (
    accounts,
    acting,
    applying,
    auditing,
    backing_up,
    batch_content,
    catalogue,
    citing,
    compromising,
    consenting,
    converting,
    drilling,
    explaining,
    feeding,
    handing_in,
    issuing,
    keeping,
    leaking,
    mandates,
    presenting,
    preserving,
    proving,
    redeeming,
    renewing,
    running,
    sealing,
    standing,
    templating,
    verifying,
    witnessing,
    working,
)
from service.commands.installation import record_command
from service.commands.output import complain
from service.errors import LogMisbehaved, LogUnavailable, NotYetPublished, TimeStampUnavailable
from service.identity import IdentityError
from service.lost_keys.errors import CompromiseError
from service.problem import Problem, Usage
from service.problems import problem_of
from service.trail.doing import beginning
from templates.errors import TemplatesError
from trust.errors import TrustError
from verifier.errors import VerifierError

USAGE, REFUSED, FAULT, MACHINE_FAILED, INTERRUPTED = 64, 1, 70, 74, 130
BadWords: type[typer.BadParameter] = typer.BadParameter.__mro__[1]
"""The common base of what typer raises for words that do not fit; it has no public name of its own."""

OURS = (
    KeysError, TrustError, TemplatesError, IssuerError, CasesError, IdentityError, BlobMissing, NotYetPublished,
    TimeStampUnavailable, LogUnavailable, LogMisbehaved, CompromiseError,
)  # fmt: skip
MACHINE = (OSError, DBAPIError)
"""Errors of disk and database, which are nobody's fault here."""

app = typer.Typer(
    help="印证：电子证照与电子印章。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
bundle = typer.Typer(help="离线核验包。", no_args_is_help=True)
key = typer.Typer(help="密钥的停用与泄露登记。", no_args_is_help=True)

for run in (
    running.demo,
    running.init,
    running.serve,
    running.publish,
    issuing.types,
    issuing.issue,
    presenting.present,
    presenting.copy,
    redeeming.redeem,
):
    app.command()(run)
app.command("verify")(verifying.verify)
for kind in acting.HELP:
    app.command(kind.value)(acting.command(kind))
app.add_typer(auditing.audit, name="audit")
app.command("backup")(backing_up.backup)
app.command("restore")(backing_up.restore)
app.command("mend-public")(backing_up.mend_public)
app.command("hand-in")(handing_in.hand_in)
app.command("grounds")(explaining.grounds)
app.command("acts")(explaining.acts)
app.command("standing")(standing.standing)
app.command("cite")(citing.cite)
app.add_typer(consenting.consent, name="consent")
app.add_typer(batch_content.batch, name="batch")
app.command("worker")(working.worker)
app.add_typer(converting.convert, name="convert")
app.add_typer(feeding.feed, name="feed")
app.add_typer(feeding.system, name="system")
app.add_typer(accounts.account, name="account")
app.command("seal")(sealing.seal)
app.add_typer(sealing.seals, name="seals")
app.command("preserve")(preserving.preserve)
app.command("proof")(proving.proof)
app.command("withdraw")(citing.withdraw)
bundle.command("export")(verifying.export)
app.add_typer(bundle, name="bundle")
key.command("list")(keeping.list_keys)
key.command("retire")(keeping.retire)
key.command("compromise")(leaking.compromise)
key.command("compromised")(compromising.compromised)
key.command("blast")(compromising.blast)
key.command("losses")(compromising.losses)
key.command("carry-on")(compromising.carry_on)
key.command("renew")(renewing.renew)
key.command("reissue")(compromising.reissue)
app.add_typer(key, name="key")
app.add_typer(drilling.drill, name="drill")
app.add_typer(applying.application, name="application")
app.command("succeed")(applying.succeed)
app.add_typer(templating.template, name="template")
app.add_typer(catalogue.catalogue, name="catalogue")
app.add_typer(mandates.mandate, name="mandate")
app.add_typer(witnessing.witness, name="witness")


def main(arguments: list[str] | None = None) -> None:
    """Run one command, leave its record in the trail if it opened an installation, and leave with its exit code."""
    words, code = sys.argv[1:] if arguments is None else arguments, FAULT
    with beginning() as doing:
        try:
            _run(arguments)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else FAULT
            raise
        finally:
            try:
                record_command(doing, command_in(words), code)
            except MACHINE as error:
                complain(problem_of(error))  # what was done is done; that it left no record is told


def command_in(words: Sequence[str]) -> str:
    """The names of the command in these words, and nothing that was given to it: that may be about people."""
    first, second = (*words, "", "")[:2]
    for group in app.registered_groups:
        if group.name == first and group.typer_instance is not None:
            return f"{first} {second}" if second in _names(group.typer_instance) else first
    return first if first in _names(app) else ""


def _names(group: typer.Typer) -> set[str]:
    return {str(one.name or getattr(one.callback, "__name__", "")) for one in group.registered_commands}


def _run(arguments: list[str] | None) -> None:
    """Run one command and leave with its exit code."""
    try:
        code = app(arguments, standalone_mode=False)
    except BadWords as error:
        if not (said := error.format_message()):
            sys.exit(USAGE)  # no words at all: the help has been shown
        en = f"The words do not fit: {said.rstrip('.')}. See yinzheng --help."
        complain(Problem(400, "usage", "命令写法不对，请看 `yinzheng --help`；哪里不对，见下一行。", en))
        sys.exit(USAGE)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except (Usage, VerifierError) as error:
        complain(problem_of(error))
        sys.exit(USAGE)
    except OURS as error:
        complain(problem_of(error), *(error.tried if isinstance(error, BackendMissing) else ()))
        sys.exit(REFUSED)
    except MACHINE as error:
        complain(problem_of(error))
        sys.exit(MACHINE_FAILED)
    except Exception as error:  # noqa: BLE001  (the last outlet: Python's own exit code for a traceback is 1)
        traceback.print_exc()
        complain(problem_of(error))
        sys.exit(FAULT)
    sys.exit(code or 0)
