-- Returns id, outcome and superseded_by of accepted submissions that the data just taken in say something about: 'shown',
-- 'overtaken' by a newer one that they show, or 'missed' since their day is over. Locks them until the commit.
WITH read AS (
    SELECT *
    FROM unnest(%(plan_ids)s::bigint[], %(as_ofs)s::timestamptz[], %(picked)s::text[]) AS r (plan_id, as_of, picked)
),
open AS MATERIALIZED (
    SELECT
        s.plan_id, s.participant_id, s.id, s.number, s.receipt, s.kind, s.source, s.body, s.applied_on, s.due_on,
        s.problem_code, r.as_of
    FROM read AS r
    JOIN submission AS s ON s.plan_id = r.plan_id AND s.state = 'accepted'
    -- What was read before the recordkeeper had the change, by its own clock, says nothing of it.
    WHERE (s.received_at IS NULL OR s.received_at <= r.as_of OR s.applied_on <= r.as_of::date)
        AND (r.picked IS NULL OR r.picked::jsonb ? s.participant_id)
    ORDER BY s.plan_id, s.participant_id, s.number
    FOR UPDATE OF s SKIP LOCKED
),
compared AS (
    SELECT
        o.*,
        CASE o.kind
            WHEN 'contribution_rate' THEN EXISTS (
                SELECT
                FROM contribution_rate AS c, unnest(c.sources, c.percents, c.amounts) AS h (source, percent, amount)
                WHERE c.plan_id = o.plan_id AND c.participant_id = o.participant_id AND h.source = o.source
                    AND h.percent IS NOT DISTINCT FROM (o.body ->> 'percent')::numeric
                    AND h.amount IS NOT DISTINCT FROM (o.body ->> 'amount')::numeric
            )
            -- "No rate known" is not 0 percent, unless the recordkeeper says that it applied the change.
            WHEN 'opt_out' THEN coalesce((
                SELECT bool_and(coalesce(h.percent, h.amount, 0) = 0)
                FROM contribution_rate AS c, unnest(c.sources, c.percents, c.amounts) AS h (source, percent, amount)
                WHERE c.plan_id = o.plan_id AND c.participant_id = o.participant_id
            ), o.applied_on IS NOT NULL)
            WHEN 'allocation' THEN coalesce((
                SELECT jsonb_object_agg(h.fund, trim_scale(h.percent))
                FROM allocation AS a, unnest(a.sources, a.funds, a.percents) AS h (source, fund, percent)
                WHERE a.plan_id = o.plan_id AND a.participant_id = o.participant_id AND h.source = o.source
                    AND h.percent <> 0
            ), '{}') = (
                SELECT jsonb_object_agg(w.fund, trim_scale(w.percent))
                FROM jsonb_to_recordset(o.body -> 'allocations') AS w (fund text, percent numeric)
            )
            -- Units follow prices and new money: the recordkeeper says that it is done, and the funds are held.
            WHEN 'balance_transfer' THEN o.applied_on IS NOT NULL AND NOT EXISTS (
                SELECT
                FROM jsonb_to_recordset(o.body -> 'allocations') AS w (fund text)
                JOIN holding AS held ON held.plan_id = o.plan_id AND held.participant_id = o.participant_id
                WHERE o.source = ANY (held.sources) AND NOT EXISTS (
                    SELECT
                    FROM unnest(held.sources, held.funds) AS h (source, fund)
                    WHERE h.source = o.source AND h.fund = w.fund
                )
            )
            WHEN 'beneficiaries' THEN coalesce((
                SELECT jsonb_agg(
                    jsonb_build_array(h.class, h.name, trim_scale(h.percent)) ORDER BY h.class, h.name, h.percent
                )
                FROM beneficiary AS b, unnest(b.classes, b.names, b.percents) AS h (class, name, percent)
                WHERE b.plan_id = o.plan_id AND b.participant_id = o.participant_id
            ), '[]') = (
                SELECT jsonb_agg(
                    jsonb_build_array(w.class, w.name, trim_scale(w.percent)) ORDER BY w.class, w.name, w.percent
                )
                FROM jsonb_to_recordset(o.body -> 'beneficiaries') AS w (class text, name text, percent numeric)
            )
            WHEN 'name' THEN EXISTS (
                SELECT
                FROM participant AS p
                WHERE p.plan_id = o.plan_id AND p.participant_id = o.participant_id
                    AND p.first_name = o.body ->> 'first_name' AND p.last_name = o.body ->> 'last_name'
            )
        END AS is_shown
    FROM open AS o
),
related AS (
    SELECT
        one.id,
        -- One that came before it and is not applied yet may be what the data show.
        bool_or(other.number < one.number AND other.applied_on IS NULL AND NOT other.is_shown) AS is_behind,
        min(other.receipt) FILTER (WHERE other.number > one.number AND other.is_shown) AS shown_after,
        bool_or(other.number > one.number) AS is_followed
    FROM compared AS one
    JOIN compared AS other
        ON other.plan_id = one.plan_id AND other.participant_id = one.participant_id AND other.id <> one.id
        AND (
            (other.kind = one.kind AND other.source = one.source)
            OR (other.kind, one.kind) IN (('opt_out', 'contribution_rate'), ('contribution_rate', 'opt_out'))
        )
    GROUP BY one.id
),
judged AS (
    SELECT
        c.id,
        CASE
            WHEN c.is_shown AND (c.applied_on IS NOT NULL OR NOT coalesce(r.is_behind, false)) THEN 'shown'
            WHEN NOT c.is_shown AND r.shown_after IS NOT NULL THEN 'overtaken'
            WHEN NOT c.is_shown AND NOT coalesce(r.is_followed, false) AND c.problem_code <> 'SUBMISSION_UNCONFIRMED'
                AND c.due_on < c.as_of::date THEN 'missed'
        END AS outcome,
        r.shown_after
    FROM compared AS c
    LEFT JOIN related AS r ON r.id = c.id
)
SELECT id, outcome, coalesce(shown_after, '') FROM judged WHERE outcome IS NOT NULL
