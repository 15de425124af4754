create table meta.build_facts as
select
    getvariable('generation') as generation,
    (select as_of from warehouse.ops.as_of) as as_of,
    getvariable('batch_id') as batch_id,
    cast(getvariable('published_at') as timestamp) as published_at,
    (select coalesce(bool_and(is_synthetic), false) from warehouse.ops.deliveries where status = 'loaded') as is_synthetic,
    (select coalesce(bool_or(is_synthetic), false) from warehouse.ops.deliveries where status = 'loaded') as has_synthetic,
    getvariable('throughline_version') as throughline_version,
    getvariable('dbt_version') as dbt_version;
comment on table meta.build_facts is 'One row: what this file is and what it was made from.';
comment on column meta.build_facts.generation is 'Name of this generation.';
comment on column meta.build_facts.as_of is 'Moment (UTC) up to which the data are seen.';
comment on column meta.build_facts.batch_id is 'Last ingest run that the file holds.';
comment on column meta.build_facts.published_at is 'When the generation was made (UTC).';
comment on column meta.build_facts.is_synthetic is 'True where every delivery declares itself synthetic.';
comment on column meta.build_facts.has_synthetic is 'True where any delivery declares itself synthetic.';
comment on column meta.build_facts.throughline_version is 'Version of Throughline that made the file.';
comment on column meta.build_facts.dbt_version is 'Version of dbt-core that built the marts.';

create table meta.mart_rows (
    generation varchar, as_of timestamp, published_at timestamp, mart varchar, row_count bigint
);
comment on table meta.mart_rows is 'One row per mart and generation, this one and those before it: what changed from one to the next.';
comment on column meta.mart_rows.generation is 'Name of the generation.';
comment on column meta.mart_rows.as_of is 'Moment (UTC) that it shows.';
comment on column meta.mart_rows.published_at is 'When it was made (UTC).';
comment on column meta.mart_rows.mart is 'Mart of that generation.';
comment on column meta.mart_rows.row_count is 'Rows that the mart had in it.';

create table meta.semantic_manifest as select getvariable('manifest_json') as manifest_json;
comment on table meta.semantic_manifest is 'One row: the semantic models and metrics, as dbt compiled them.';
comment on column meta.semantic_manifest.manifest_json is 'The semantic manifest as JSON, which MetricFlow reads.';

create table meta.validation_results as select * from warehouse.ops.validation_results;
comment on table meta.validation_results is 'One row per border check and batch: counts and keys, no raw values.';
comment on column meta.validation_results.batch_id is 'Ingest run that was checked.';
comment on column meta.validation_results.checked_at is 'When (UTC).';
comment on column meta.validation_results.border is 'in: the raw tables; out: a new generation.';
comment on column meta.validation_results.entity is 'Entity or mart that was checked.';
comment on column meta.validation_results.rule is 'What was checked.';
comment on column meta.validation_results.column_name is 'Column, where the check is about one.';
comment on column meta.validation_results.severity is 'critical stops the run; warning is recorded.';
comment on column meta.validation_results.is_success is 'True where the check held.';
comment on column meta.validation_results.checked_count is 'Rows that were looked at.';
comment on column meta.validation_results.unexpected_count is 'Rows that broke the rule.';
comment on column meta.validation_results.unexpected_share is 'Broken rows over rows looked at, 0 to 1.';
comment on column meta.validation_results.example_keys is 'Keys of up to ten such rows as JSON; blank where keys are personal.';
comment on column meta.validation_results.description is 'The rule in words.';

create table meta.deliveries as
select
    source, entity, file_name, file_id, delivered_at, mode, status, public_reason as reason,
    rows_read, rows_loaded, rows_unchanged, rows_quarantined, rows_erased, batch_id, loaded_at
from warehouse.ops.deliveries;
comment on table meta.deliveries is 'The ledger: one row per file and entity that it fed. Read = loaded + unchanged + quarantined + erased.';
comment on column meta.deliveries.source is 'Source that delivered the file.';
comment on column meta.deliveries.entity is 'Contract entity that the file fed; several joined by + where it was refused.';
comment on column meta.deliveries.file_name is 'Name of the file below the landing folder.';
comment on column meta.deliveries.file_id is 'First 16 hex digits of the SHA-256 of the file.';
comment on column meta.deliveries.delivered_at is 'When its rows became known (UTC).';
comment on column meta.deliveries.mode is 'changes, snapshot, events or correction.';
comment on column meta.deliveries.status is 'loaded, refused, repeated (the same delivery again) or dismissed.';
comment on column meta.deliveries.reason is 'Why the file was refused, without what it holds.';
comment on column meta.deliveries.rows_read is 'Records in the file.';
comment on column meta.deliveries.rows_loaded is 'Rows that entered the raw table.';
comment on column meta.deliveries.rows_unchanged is 'Rows that repeat what is known.';
comment on column meta.deliveries.rows_quarantined is 'Rows that do not conform.';
comment on column meta.deliveries.rows_erased is 'Rows of persons who asked to be forgotten: kept nowhere.';
comment on column meta.deliveries.batch_id is 'Ingest run.';
comment on column meta.deliveries.loaded_at is 'When that run was (UTC).';

create table meta.drift_findings (
    finding_id varchar, found_at timestamp, as_of timestamp, kind varchar, severity varchar, subject varchar,
    since timestamp, expected varchar, found varchar, metrics varchar, is_current boolean, accepted_at timestamp,
    accepted_by varchar, reason varchar
);
comment on table meta.drift_findings is 'One row per piece of drift: those of this generation against the one before, and all that were ever accepted.';
comment on column meta.drift_findings.finding_id is 'Name of the finding: throughline drift show lists its rows.';
comment on column meta.drift_findings.found_at is 'When it was first found (UTC).';
comment on column meta.drift_findings.as_of is 'Moment (UTC) that the generation was to show.';
comment on column meta.drift_findings.kind is 'What drifted: a column, a volume, keys, a mart, a feed, the past or the newest of a metric.';
comment on column meta.drift_findings.severity is 'blocks, unless accepted with a reason; or warns.';
comment on column meta.drift_findings.subject is 'Feed, mart or metric.';
comment on column meta.drift_findings.since is 'Delivery, last word or first cohort that it is about (UTC).';
comment on column meta.drift_findings.expected is 'What was expected, by what came and was shown before.';
comment on column meta.drift_findings.found is 'What was found.';
comment on column meta.drift_findings.metrics is 'Metrics that suffer from it, where that is known.';
comment on column meta.drift_findings.is_current is 'True where it is a finding of this generation.';
comment on column meta.drift_findings.accepted_at is 'When somebody accepted it (UTC); blank where nobody had to.';
comment on column meta.drift_findings.accepted_by is 'Account that accepted it.';
comment on column meta.drift_findings.reason is 'Why it is right.';

create table meta.erasures as
select cast(date_trunc('month', requested_at) as date) as requested_month, cast(count(*) as bigint) as erased_count
from warehouse.ops.erasures
group by requested_month
order by requested_month;
comment on table meta.erasures is 'One row per month in which persons asked to be forgotten; nothing else is kept of them here.';
comment on column meta.erasures.requested_month is 'First day of the month (UTC).';
comment on column meta.erasures.erased_count is 'Persons whose erasure was asked for.';

create table meta.withdrawals as
select cast(count(*) as bigint) as withdrawn_count from warehouse.ops.withdrawn_rows where entity = 'students';
comment on table meta.withdrawals is 'One row: who withdrew the consent to analytics. They are in no mart; nothing else is kept of them here.';
comment on column meta.withdrawals.withdrawn_count is 'Students who consented once and no longer do.';

create table meta.quarantined_rows as
select source, entity, file_name, line, column_name, rule, delivered_at, batch_id
from temp.quarantined;
comment on table meta.quarantined_rows is 'One row per record that does not conform and that no later snapshot or correction of its file says anew; its text stays in the warehouse.';
comment on column meta.quarantined_rows.source is 'Source that delivered the file.';
comment on column meta.quarantined_rows.entity is 'Contract entity that the record was meant for.';
comment on column meta.quarantined_rows.file_name is 'Name of the file below the landing folder.';
comment on column meta.quarantined_rows.line is 'Line of the file, from 1, or number of the record where it has no lines.';
comment on column meta.quarantined_rows.column_name is 'Column that breaks the rule.';
comment on column meta.quarantined_rows.rule is 'Rule that the record breaks first.';
comment on column meta.quarantined_rows.delivered_at is 'When the file was delivered (UTC).';
comment on column meta.quarantined_rows.batch_id is 'Ingest run.';

create table meta.outcome_feeds as
select employer_id, system, observable_from, observable_to, last_synced_at
from warehouse.raw.outcome_feeds, warehouse.ops.as_of
where _delivered_at <= as_of
qualify row_number() over (
    partition by employer_id, system
    order by _version_at desc, _delivered_at desc, _file_id desc
) = 1 and not _is_deleted;
comment on table meta.outcome_feeds is 'One row per employer and system that reports outcomes.';
comment on column meta.outcome_feeds.employer_id is 'Whose outcomes.';
comment on column meta.outcome_feeds.system is 'System that feeds them.';
comment on column meta.outcome_feeds.observable_from is 'First day on which a hire would be seen.';
comment on column meta.outcome_feeds.observable_to is 'Last such day; blank while the feed lasts.';
comment on column meta.outcome_feeds.last_synced_at is 'Last time that the feed spoke (UTC).';
