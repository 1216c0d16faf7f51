-- Returns nothing; takes the counted holders of plans away, before they are counted anew.
DELETE FROM fund_holders
WHERE plan_id = ANY(%(plan_ids)s::bigint[])
