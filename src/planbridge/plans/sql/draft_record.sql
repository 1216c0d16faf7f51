-- Returns one row of what was said of a draft: decisions, comments, approvals, date and field changes as JSON, and is_remembered.
SELECT
    (
        SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]')
        FROM plan_decision AS d
        WHERE d.plan_id = %(plan_id)s AND d.number = %(number)s
    ) AS decisions,
    (
        SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.commented_at, c.id), '[]')
        FROM plan_comment AS c
        WHERE c.plan_id = %(plan_id)s AND c.number = %(number)s
    ) AS comments,
    (
        SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.approved_at, a.approved_by), '[]')
        FROM plan_approval AS a
        WHERE a.plan_id = %(plan_id)s AND a.number = %(number)s AND a.token = %(token)s
    ) AS approvals,
    (SELECT to_jsonb(t) FROM plan_activation_date AS t WHERE t.plan_id = %(plan_id)s) AS activation_date,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_array(h.field, h.old_value, h.new_value) ORDER BY h.changed_at, h.field), '[]')
        FROM plan_field_history AS h
        WHERE h.plan_id = %(plan_id)s AND h.changed_at > %(since)s
    ) AS field_changes,
    EXISTS (
        SELECT
        FROM plan_review AS r
        WHERE r.plan_id = %(plan_id)s AND r.number = %(number)s AND r.token = %(token)s
    ) AS is_remembered
