-- Returns nothing: the session's private staging tables, emptied by every commit. Temporary tables are unlogged.
CREATE TEMPORARY TABLE IF NOT EXISTS stage_participant (LIKE participant INCLUDING DEFAULTS) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_contribution_rate (LIKE contribution_rate) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_allocation (LIKE allocation) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_holding (LIKE holding) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_vesting (LIKE vesting) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_loan (LIKE loan) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_beneficiary (LIKE beneficiary) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_year_to_date (LIKE year_to_date) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_person (plan_id bigint, participant_id text, sync_status text) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_touched (plan_id bigint, participant_id text, section text, run_id uuid)
ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_fingerprint (
    plan_id bigint, participant_id text, fingerprint_high bigint, fingerprint_low bigint, judge_again_on date
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS stage_ssn (plan_id bigint, participant_id text, ssn_index bytea)
ON COMMIT DELETE ROWS;
