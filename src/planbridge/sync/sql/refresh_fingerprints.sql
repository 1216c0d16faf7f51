-- Returns nothing: fingerprints of people whose content is as held but whose words are not.
UPDATE participant AS p
SET
    fingerprint_high = s.fingerprint_high,
    fingerprint_low = s.fingerprint_low,
    judge_again_on = s.judge_again_on
FROM stage_fingerprint AS s
WHERE p.plan_id = s.plan_id AND p.participant_id = s.participant_id
