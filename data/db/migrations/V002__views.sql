-- The views: what analysts and programs may rely on. Tables may change from version to version.

CREATE VIEW leaderboard AS
SELECT exchange, symbol, interval, strategy, parameters, direction, score, objective, sharpe, sortino, total_return,
       annual_return, max_drawdown, calmar, trades, win_rate, profit_factor, exposure, excess_return, buy_hold_return,
       deflated_sharpe, overfitting, evaluations, start_time, end_time, window_ms / 60000 AS window_minutes, walk_forward,
       fill, fee, slippage, synthetic, fingerprint, engine_version, rank, search, seed, command, created_at, genome_id,
       evaluation_id, result_id, request_id, run_id, definition_hash
FROM leaders;

CREATE VIEW run_summary AS
SELECT a.id, CASE WHEN a.of_request THEN 'request' ELSE 'run' END AS kind, coalesce(a.status, 'open') AS status,
       coalesce(q.exchange, l.exchange) AS exchange, coalesce(q.symbol, l.symbol) AS symbol,
       coalesce(q.interval, l.interval) AS interval, coalesce(q.strategy, l.strategy) AS strategy,
       coalesce(q.start_time, l.start_time) AS start_time, coalesce(q.end_time, l.end_time) AS end_time,
       a.winners, a.results_stored, a.evaluations, a.best_score, a.best_result_id, a.reason, a.created_at, a.answered_at
FROM answers a
LEFT JOIN requests q ON a.of_request AND q.request_id = a.id
LEFT JOIN LATERAL (SELECT r.* FROM result_keys k JOIN results r ON r.result_id = k.result_id AND r.day = k.day
                   WHERE k.result_id = a.best_result_id) l ON true;

CREATE VIEW walk_forward AS
SELECT r.exchange, r.symbol, r.interval, r.strategy, f.number, f.train_start, f.train_end, f.test_start, f.test_end,
       f.parameters, f.score AS train_score, (f.train ->> 'sharpe')::double precision AS train_sharpe,
       (f.train ->> 'total_return')::double precision AS train_total_return,
       (f.test ->> 'sharpe')::double precision AS test_sharpe,
       (f.test ->> 'total_return')::double precision AS test_total_return,
       (f.test ->> 'max_drawdown')::double precision AS test_max_drawdown,
       (f.test ->> 'trades')::double precision AS test_trades, f.evaluations, f.train, f.test, f.result_id
FROM result_folds f
JOIN results r ON r.result_id = f.result_id AND r.day = f.day;

CREATE VIEW equity_daily AS
SELECT result_id, date, equity, drawdown FROM equity_days;

-- Requests that are not answered in full: without an outcome, or with an outcome whose winners have not all come.
CREATE VIEW requests_open AS
SELECT coalesce(q.request_id, a.id) AS request_id, q.exchange, q.symbol, q.interval, q.strategy, q.start_time, q.end_time,
       CASE WHEN a.status IS NULL THEN 'unanswered' ELSE 'winners missing' END AS state,
       a.winners, coalesce(a.results_stored, 0) AS results_stored, coalesce(q.created_at, a.created_at) AS since,
       q.expires_at
FROM requests q
FULL JOIN (SELECT * FROM answers WHERE of_request) a ON a.id = q.request_id
WHERE a.status IS NULL OR a.winners > a.results_stored;

-- With the column names of the original platform, which had one row for each strategy and set of parameters.
CREATE VIEW strategies AS
SELECT md5(concat_ws('|', exchange, symbol, interval, strategy, window_ms))::uuid AS strategy_id,
       symbol, strategy AS strategy_type, parameters, first_discovered_at, updated_at AS last_evaluated_at,
       score AS current_score, true AS is_active, replace(genome_id::text, '-', '') AS strategy_hash,
       symbol AS discovery_symbol, start_time AS discovery_start_time, end_time AS discovery_end_time,
       first_discovered_at AS created_at, updated_at,
       CASE WHEN walk_forward IS NOT NULL THEN sharpe END AS oos_sharpe,
       CASE WHEN walk_forward IS NOT NULL AND objective = 'sharpe' AND in_sample_score > 0
            THEN 1 - sharpe / in_sample_score END AS sharpe_degradation,
       CASE WHEN walk_forward IS NULL THEN 'PENDING'
            WHEN sharpe IS NULL OR deflated_sharpe IS NULL THEN 'INSUFFICIENT_DATA'
            WHEN sharpe > 0 AND deflated_sharpe >= 0.95 THEN 'APPROVED'
            ELSE 'REJECTED' END AS validation_status
FROM champions;
