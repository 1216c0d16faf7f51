-- Returns a participant by the names of its columns, their open visit (nulls where none is), what they asked for and is on its
-- way still, oldest first, and what holds for all of the plan.
SELECT
    (
        SELECT version.content_hash
        FROM plan_version AS version
        WHERE version.plan_id = %(plan_id)s AND version.number = %(live_version)s
    ) AS live_hash,
    (
        SELECT jsonb_object_agg(provision.name, provision.value)
        FROM plan_provision AS provision
        WHERE provision.plan_id = %(plan_id)s
    ) AS provisions,
    (
        SELECT jsonb_agg(
            jsonb_build_array(source.source, source.name, source.kind, source.vesting_group) ORDER BY source.position
        )
        FROM plan_source AS source
        WHERE source.plan_id = %(plan_id)s
    ) AS sources,
    (
        SELECT jsonb_agg(jsonb_build_array(one.kind, one.source, one.body) ORDER BY one.number)
        FROM submission AS one
        WHERE one.plan_id = %(plan_id)s AND one.participant_id = %(participant_id)s AND one.state = ANY (%(open)s)
    ) AS pending,
    visit.id AS visit_id,
    visit.answers_sealed,
    visit.begun_at,
    visit.updated_at,
    participant.*
FROM participant
LEFT JOIN enrollment_visit AS visit
    ON visit.plan_id = %(plan_id)s AND visit.participant_id = %(participant_id)s AND visit.state = 'open'
WHERE participant.plan_id = %(plan_id)s AND participant.participant_id = %(participant_id)s
