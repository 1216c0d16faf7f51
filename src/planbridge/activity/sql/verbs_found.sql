-- Returns those of some types that a firm's activity has: one look into an index a type, however many entries there are.
SELECT v.verb
FROM unnest(%(verbs)s::text[]) WITH ORDINALITY AS v (verb, place)
WHERE EXISTS (SELECT FROM activity AS a WHERE a.firm_id = %(firm_id)s AND a.verb = v.verb)
ORDER BY v.place
