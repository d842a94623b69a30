-- Which requests are open, told without looking at all that were ever answered: requests_pending has each of them, and
-- few others. Triggers keep it, so that it follows whoever writes requests and answers.
--
-- When a request and its answer are stored at the same moment, neither transaction sees the other's row, and the id stays
-- though nothing is open. So the table only says where to look; the view looks. Such an id goes when its request is pruned.

CREATE TABLE requests_pending (request_id uuid PRIMARY KEY);

-- LATERAL with LIMIT, here and in the view: by the index, whatever the planner believes of the sizes of the tables.
CREATE FUNCTION note_requests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO requests_pending
    SELECT f.request_id FROM fresh f
    LEFT JOIN LATERAL (SELECT true AS settled FROM answers a
                       WHERE a.id = f.request_id AND a.status IS NOT NULL AND a.winners = a.results_stored LIMIT 1) s ON true
    WHERE s.settled IS NULL
    ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE FUNCTION note_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO requests_pending
    SELECT id FROM fresh WHERE of_request AND (status IS NULL OR winners <> results_stored)
    ORDER BY 1
    ON CONFLICT DO NOTHING;
    DELETE FROM requests_pending
    WHERE request_id IN (SELECT id FROM fresh WHERE of_request AND status IS NOT NULL AND winners = results_stored);
    RETURN NULL;
END
$$;

CREATE TRIGGER requests_asked AFTER INSERT ON requests REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION note_requests();
CREATE TRIGGER answers_begun AFTER INSERT ON answers REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION note_answers();
CREATE TRIGGER answers_changed AFTER UPDATE ON answers REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION note_answers();

-- What is there already; making the triggers has locked out who would write meanwhile.
INSERT INTO requests_pending
SELECT coalesce(q.request_id, a.id)
FROM requests q
FULL JOIN (SELECT * FROM answers WHERE of_request) a ON a.id = q.request_id
WHERE a.status IS NULL OR a.winners <> a.results_stored;

-- Not answered in full: without an outcome, or with another number of winners than the outcome says.
CREATE OR REPLACE VIEW requests_open AS
SELECT p.request_id, q.exchange, q.symbol, q.interval, q.strategy, q.start_time, q.end_time,
       CASE WHEN a.status IS NULL THEN 'unanswered'
            WHEN a.winners > a.results_stored THEN 'winners missing'
            ELSE 'too many winners' END AS state,
       a.winners, coalesce(a.results_stored, 0) AS results_stored, coalesce(q.created_at, a.created_at) AS since,
       q.expires_at
FROM requests_pending p
LEFT JOIN LATERAL (SELECT * FROM requests WHERE request_id = p.request_id LIMIT 1) q ON true
LEFT JOIN LATERAL (SELECT * FROM answers WHERE id = p.request_id LIMIT 1) a ON true
WHERE a.status IS NULL OR a.winners <> a.results_stored;

-- For what was answered lately, and for what is old enough to go; those without an outcome are together at one end.
DROP INDEX answers_unfinished;
CREATE INDEX answers_answered ON answers (answered_at);
