"""The first tables. Instants are microseconds since 1970 UTC in BIGINT columns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "citation_consent",
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(department_code) <= 64", name=op.f("ck_citation_consent_department_code_length")),
        sa.CheckConstraint("length(mode) <= 16", name=op.f("ck_citation_consent_mode_length")),
        sa.CheckConstraint("length(reference) <= 64", name=op.f("ck_citation_consent_reference_length")),
        sa.PrimaryKeyConstraint("department_code", "mode", "reference", name=op.f("pk_citation_consent")),
    )
    op.create_table(
        "citation_plan",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(number) <= 32", name=op.f("ck_citation_plan_number_length")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_citation_plan")),
    )
    with op.batch_alter_table("citation_plan", schema=None) as batch_op:
        batch_op.create_index("ix_citation_plan_planned_at", ["planned_at"], unique=False)

    op.create_table(
        "licence",
        sa.Column("identifier", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body_digest", sa.String(length=80), nullable=False),
        sa.Column("type_code", sa.String(length=32), nullable=False),
        sa.Column("issuer_code", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("token_plan", sa.String(length=80), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("ofd_plan", sa.String(length=80), nullable=True),
        sa.Column("pdf_plan", sa.String(length=80), nullable=True),
        sa.Column("ofd", sa.String(length=80), nullable=True),
        sa.Column("pdf", sa.String(length=80), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL AND released_at IS NOT NULL)",
            name=op.f("ck_licence_released_whole"),
        ),
        sa.CheckConstraint("state IN ('begun', 'planned', 'released')", name=op.f("ck_licence_state_known")),
        sa.CheckConstraint("length(body_digest) <= 80", name=op.f("ck_licence_body_digest_length")),
        sa.CheckConstraint("length(by) <= 128", name=op.f("ck_licence_by_length")),
        sa.CheckConstraint("length(identifier) <= 128", name=op.f("ck_licence_identifier_length")),
        sa.CheckConstraint("length(issuer_code) <= 32", name=op.f("ck_licence_issuer_code_length")),
        sa.CheckConstraint("length(key) <= 128", name=op.f("ck_licence_key_length")),
        sa.CheckConstraint("length(number) <= 128", name=op.f("ck_licence_number_length")),
        sa.CheckConstraint("length(ofd) <= 80", name=op.f("ck_licence_ofd_length")),
        sa.CheckConstraint("length(ofd_plan) <= 80", name=op.f("ck_licence_ofd_plan_length")),
        sa.CheckConstraint("length(pdf) <= 80", name=op.f("ck_licence_pdf_length")),
        sa.CheckConstraint("length(pdf_plan) <= 80", name=op.f("ck_licence_pdf_plan_length")),
        sa.CheckConstraint("length(state) <= 16", name=op.f("ck_licence_state_length")),
        sa.CheckConstraint("length(token_plan) <= 80", name=op.f("ck_licence_token_plan_length")),
        sa.CheckConstraint("length(type_code) <= 32", name=op.f("ck_licence_type_code_length")),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_licence")),
        sa.UniqueConstraint("issuer_code", "type_code", "number", name="uq_licence_number"),
        sa.UniqueConstraint("key", name=op.f("uq_licence_key")),
    )
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.create_index("ix_licence_released", ["issuer_code", "released_at"], unique=False)

    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("to_be_signed", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("size", "at", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_entry",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_log_entry")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_node",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_log_node_size")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_node")),
    )
    op.create_table(
        "person",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("department", sa.String(length=32), nullable=True),
        sa.Column("holder_code_type", sa.String(length=8), nullable=True),
        sa.Column("holder_code", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.CheckConstraint("length(department) <= 32", name=op.f("ck_person_department_length")),
        sa.CheckConstraint("length(holder_code) <= 64", name=op.f("ck_person_holder_code_length")),
        sa.CheckConstraint("length(holder_code_type) <= 8", name=op.f("ck_person_holder_code_type_length")),
        sa.CheckConstraint("length(login) <= 64", name=op.f("ck_person_login_length")),
        sa.CheckConstraint("length(name) <= 256", name=op.f("ck_person_name_length")),
        sa.CheckConstraint("length(password_hash) <= 256", name=op.f("ck_person_password_hash_length")),
        sa.CheckConstraint("length(role) <= 16", name=op.f("ck_person_role_length")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_person")),
    )
    op.create_table(
        "seal",
        sa.Column("seal_id", sa.String(length=64), nullable=False),
        sa.Column("body_code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(body_code) <= 32", name=op.f("ck_seal_body_code_length")),
        sa.CheckConstraint("length(filed_by) <= 200", name=op.f("ck_seal_filed_by_length")),
        sa.CheckConstraint("length(name) <= 128", name=op.f("ck_seal_name_length")),
        sa.CheckConstraint("length(seal_id) <= 64", name=op.f("ck_seal_seal_id_length")),
        sa.PrimaryKeyConstraint("seal_id", name=op.f("pk_seal")),
    )
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.create_index("ix_seal_body_code", ["body_code"], unique=False)

    op.create_table(
        "status_publication",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("next_update", sa.BigInteger(), nullable=False),
        sa.Column("ttl_s", sa.Integer(), nullable=False),
        sa.Column("act_count", sa.BigInteger(), nullable=False),
        sa.Column("to_be_signed", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("shard", "number", name=op.f("pk_status_publication")),
    )
    op.create_table(
        "status_shard",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("allotted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_status_shard")),
    )
    op.create_table(
        "trust_list_publication",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("next_update", sa.BigInteger(), nullable=False),
        sa.Column("to_be_signed", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(name) <= 32", name=op.f("ck_trust_list_publication_name_length")),
        sa.PrimaryKeyConstraint("name", "number", name=op.f("pk_trust_list_publication")),
    )
    op.create_table(
        "x509_certificate",
        sa.Column("authority", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("tbs", sa.LargeBinary(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(authority) <= 32", name=op.f("ck_x509_certificate_authority_length")),
        sa.CheckConstraint("length(profile) <= 32", name=op.f("ck_x509_certificate_profile_length")),
        sa.CheckConstraint("length(serial) <= 40", name=op.f("ck_x509_certificate_serial_length")),
        sa.PrimaryKeyConstraint("authority", "serial", name=op.f("pk_x509_certificate")),
    )
    with op.batch_alter_table("x509_certificate", schema=None) as batch_op:
        batch_op.create_index("ix_x509_certificate_profile", ["profile", "planned_at"], unique=False)
        batch_op.create_index("ix_x509_certificate_public_key", ["public_key"], unique=False)

    op.create_table(
        "x509_crl",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("next_update", sa.BigInteger(), nullable=False),
        sa.Column("to_be_signed", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(name) <= 32", name=op.f("ck_x509_crl_name_length")),
        sa.PrimaryKeyConstraint("name", "number", name=op.f("pk_x509_crl")),
    )
    op.create_table(
        "citation",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("case_number", sa.String(length=50), nullable=False),
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("requirement_code", sa.String(length=64), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("officer", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("consent_mode", sa.String(length=16), nullable=False),
        sa.Column("consent_reference", sa.String(length=200), nullable=False),
        sa.Column("consent_valid_until", sa.BigInteger(), nullable=True),
        sa.Column("fields", sa.String(length=4000), nullable=False),
        sa.Column("identifier", sa.String(length=140), nullable=False),
        sa.Column("type_code", sa.String(length=21), nullable=False),
        sa.Column("file_digest", sa.String(length=80), nullable=False),
        sa.Column("indication", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=True),
        sa.Column("standing_sequence", sa.BigInteger(), nullable=False),
        sa.Column("cited_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(case_number) <= 50", name=op.f("ck_citation_case_number_length")),
        sa.CheckConstraint("length(consent_mode) <= 16", name=op.f("ck_citation_consent_mode_length")),
        sa.CheckConstraint("length(consent_reference) <= 200", name=op.f("ck_citation_consent_reference_length")),
        sa.CheckConstraint("length(department_code) <= 64", name=op.f("ck_citation_department_code_length")),
        sa.CheckConstraint("length(fields) <= 4000", name=op.f("ck_citation_fields_length")),
        sa.CheckConstraint("length(file_digest) <= 80", name=op.f("ck_citation_file_digest_length")),
        sa.CheckConstraint("length(identifier) <= 140", name=op.f("ck_citation_identifier_length")),
        sa.CheckConstraint("length(indication) <= 16", name=op.f("ck_citation_indication_length")),
        sa.CheckConstraint("length(key_digest) <= 64", name=op.f("ck_citation_key_digest_length")),
        sa.CheckConstraint("length(matter_code) <= 64", name=op.f("ck_citation_matter_code_length")),
        sa.CheckConstraint("length(officer) <= 60", name=op.f("ck_citation_officer_length")),
        sa.CheckConstraint("length(policy) <= 64", name=op.f("ck_citation_policy_length")),
        sa.CheckConstraint("length(purpose) <= 200", name=op.f("ck_citation_purpose_length")),
        sa.CheckConstraint("length(requirement_code) <= 64", name=op.f("ck_citation_requirement_code_length")),
        sa.CheckConstraint("length(type_code) <= 21", name=op.f("ck_citation_type_code_length")),
        sa.ForeignKeyConstraint(["number"], ["citation_plan.number"], name=op.f("fk_citation_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_citation")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_citation_key_digest")),
    )
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.create_index("ix_citation_case_number", ["case_number"], unique=False)
        batch_op.create_index("ix_citation_identifier", ["identifier"], unique=False)

    op.create_table(
        "licence_holder",
        sa.Column("holder", sa.LargeBinary(length=32), nullable=False),
        sa.Column("identifier", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["identifier"], ["licence.identifier"], name=op.f("fk_licence_holder_identifier")),
        sa.PrimaryKeyConstraint("holder", "identifier", name=op.f("pk_licence_holder")),
    )
    op.create_table(
        "log_commitment",
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(commitment) = 32", name=op.f("ck_log_commitment_size")),
        sa.ForeignKeyConstraint(["place"], ["log_entry.place"], name=op.f("fk_log_commitment_place")),
        sa.PrimaryKeyConstraint("commitment", name=op.f("pk_log_commitment")),
    )
    op.create_table(
        "seal_use",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("seal_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(subject) <= 200", name=op.f("ck_seal_use_subject_length")),
        sa.CheckConstraint("length(used_by) <= 200", name=op.f("ck_seal_use_used_by_length")),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.seal_id"], name=op.f("fk_seal_use_seal_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_use")),
        sa.UniqueConstraint("seal_id", "digest", name=op.f("uq_seal_use_seal_id")),
    )
    with op.batch_alter_table("seal_use", schema=None) as batch_op:
        batch_op.create_index("ix_seal_use_subject", ["subject"], unique=False)

    op.create_table(
        "session",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["person.login"], name=op.f("fk_session_login")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_session")),
    )
    op.create_table(
        "status_current",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_status_current_positive")),
        sa.ForeignKeyConstraint(
            ["shard", "number"],
            ["status_publication.shard", "status_publication.number"],
            name=op.f("fk_status_current_shard"),
        ),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_status_current")),
    )
    op.create_table(
        "status_slot",
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(subject) <= 140", name=op.f("ck_status_slot_subject_length")),
        sa.ForeignKeyConstraint(["shard"], ["status_shard.shard"], name=op.f("fk_status_slot_shard")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_status_slot")),
        sa.UniqueConstraint("shard", "entry", name=op.f("uq_status_slot_shard")),
    )
    op.create_table(
        "x509_revocation",
        sa.Column("authority", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("invalid_since", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(reason) <= 32", name=op.f("ck_x509_revocation_reason_length")),
        sa.ForeignKeyConstraint(
            ["authority", "serial"],
            ["x509_certificate.authority", "x509_certificate.serial"],
            name=op.f("fk_x509_revocation_authority"),
        ),
        sa.PrimaryKeyConstraint("authority", "serial", "sequence", name=op.f("pk_x509_revocation")),
    )
    op.create_table(
        "standing",
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        sa.CheckConstraint("length(status) <= 2", name=op.f("ck_standing_status_length")),
        sa.ForeignKeyConstraint(["subject"], ["status_slot.subject"], name=op.f("fk_standing_subject")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_standing")),
    )
    op.create_table(
        "act",
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("idempotency_key", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(ground) <= 64", name=op.f("ck_act_ground_length")),
        sa.CheckConstraint("length(idempotency_key) <= 128", name=op.f("ck_act_idempotency_key_length")),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_act_kind_length")),
        sa.CheckConstraint("length(reason) <= 400", name=op.f("ck_act_reason_length")),
        sa.CheckConstraint("length(recorded_by) <= 200", name=op.f("ck_act_recorded_by_length")),
        sa.ForeignKeyConstraint(["subject"], ["standing.subject"], name=op.f("fk_act_subject")),
        sa.PrimaryKeyConstraint("subject", "sequence", name=op.f("pk_act")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_act_idempotency_key")),
    )
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.create_index("ix_act_shard_effective", ["shard", "effective_at"], unique=False)
        batch_op.create_index(
            "ix_act_unlogged",
            ["recorded_at"],
            unique=False,
            sqlite_where=sa.text("log_index IS NULL"),
            postgresql_where=sa.text("log_index IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_act_unlogged", sqlite_where=sa.text("log_index IS NULL"), postgresql_where=sa.text("log_index IS NULL")
        )
        batch_op.drop_index("ix_act_shard_effective")

    op.drop_table("act")
    op.drop_table("standing")
    op.drop_table("x509_revocation")
    op.drop_table("status_slot")
    op.drop_table("status_current")
    op.drop_table("session")
    with op.batch_alter_table("seal_use", schema=None) as batch_op:
        batch_op.drop_index("ix_seal_use_subject")

    op.drop_table("seal_use")
    op.drop_table("log_commitment")
    op.drop_table("licence_holder")
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.drop_index("ix_citation_identifier")
        batch_op.drop_index("ix_citation_case_number")

    op.drop_table("citation")
    op.drop_table("x509_crl")
    with op.batch_alter_table("x509_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_x509_certificate_public_key")
        batch_op.drop_index("ix_x509_certificate_profile")

    op.drop_table("x509_certificate")
    op.drop_table("trust_list_publication")
    op.drop_table("status_shard")
    op.drop_table("status_publication")
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.drop_index("ix_seal_body_code")

    op.drop_table("seal")
    op.drop_table("person")
    op.drop_table("log_node")
    op.drop_table("log_head")
    op.drop_table("log_entry")
    op.drop_table("log_checkpoint")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index("ix_licence_released")

    op.drop_table("licence")
    with op.batch_alter_table("citation_plan", schema=None) as batch_op:
        batch_op.drop_index("ix_citation_plan_planned_at")

    op.drop_table("citation_plan")
    op.drop_table("citation_consent")
