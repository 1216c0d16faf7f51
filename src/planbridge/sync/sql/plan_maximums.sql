-- Returns each plan's maximum deferral in percent: plan_id, maximum_percent.
SELECT plan_id, (value ->> 'maximum_percent')::numeric
FROM plan_provision
WHERE plan_id = ANY (%(plan_ids)s) AND name = 'deferral' AND value ->> 'maximum_percent' IS NOT NULL
