-- Returns nothing: fingerprints, where they differ, of people whose content is as held although they were judged anew.
UPDATE participant AS p
SET
    fingerprint_high = s.fingerprint_high,
    fingerprint_low = s.fingerprint_low,
    judge_again_on = s.judge_again_on
FROM stage_fingerprint AS s
WHERE p.plan_id = s.plan_id AND p.participant_id = s.participant_id
    AND (p.fingerprint_high, p.fingerprint_low, p.judge_again_on)
    IS DISTINCT FROM (s.fingerprint_high, s.fingerprint_low, s.judge_again_on)
