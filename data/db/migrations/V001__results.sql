-- Results of discovery: what came, once each, and what the views of V002 need to answer at once.
--
-- Why an identity is a table of its own: `results` is partitioned by the day a result was stored, so that a day is thrown
-- away in an instant, and a unique index of a partitioned table must contain the key of its partitions. A result that is
-- delivered again on another day would be new there. result_keys knows every result that is kept, whatever its day, and
-- only what could be inserted there goes on to `results`.

CREATE TABLE result_keys (
    result_id uuid PRIMARY KEY,
    content   uuid NOT NULL, -- fingerprint of the record's text: the same id with another text is a fault, not a duplicate
    day       date NOT NULL
);
CREATE INDEX result_keys_day ON result_keys USING brin (day);

CREATE TABLE results (
    day              date        NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
    created_at       timestamptz NOT NULL DEFAULT now(),
    result_id        uuid        NOT NULL,
    evaluation_id    uuid        NOT NULL,
    genome_id        uuid        NOT NULL, -- what is traded how: the same on newer candles, and with a newer engine
    request_id       uuid,
    run_id           uuid,
    exchange         text        NOT NULL,
    symbol           text        NOT NULL,
    interval         text        NOT NULL,
    load_from        timestamptz NOT NULL,
    start_time       timestamptz NOT NULL,
    end_time         timestamptz NOT NULL, -- excluded
    window_ms        bigint      NOT NULL, -- end_time - start_time
    strategy         text        NOT NULL,
    definition_hash  uuid        NOT NULL,
    parameters       jsonb       NOT NULL,
    direction        text        NOT NULL,
    fill             text        NOT NULL,
    fee              double precision NOT NULL,
    slippage         double precision NOT NULL,
    bars_per_year    double precision NOT NULL,
    risk_free        double precision NOT NULL,
    fingerprint      uuid        NOT NULL, -- of the candles, from load_from to end_time
    synthetic        boolean     NOT NULL,
    fill_gaps        boolean     NOT NULL,
    engine_version   text        NOT NULL,
    search           text        NOT NULL,
    seed             bigint      NOT NULL,
    objective        text        NOT NULL,
    score            double precision NOT NULL,
    rank             bigint      NOT NULL,
    evaluations      bigint      NOT NULL,
    search_trials    bigint,
    run_trials       bigint,
    trial_spread     double precision,
    overfitting      double precision, -- probability of backtest overfitting
    deflated_sharpe  double precision,
    walk_forward     text,             -- its windows, such as train=90d,test=30d; NULL: none
    in_sample_score  double precision,
    command          text,
    total_return     double precision,
    annual_return    double precision,
    volatility       double precision,
    sharpe           double precision,
    sortino          double precision,
    max_drawdown     double precision,
    calmar           double precision,
    trades           double precision,
    win_rate         double precision,
    profit_factor    double precision,
    expectancy       double precision,
    best_trade       double precision,
    worst_trade      double precision,
    exposure         double precision,
    avg_bars_held    double precision,
    fees_paid        double precision,
    turnover         double precision,
    buy_hold_return  double precision,
    buy_hold_sharpe  double precision,
    buy_hold_max_drawdown double precision,
    excess_return    double precision,
    final_equity     double precision,
    bars             double precision,
    warmup           double precision,
    ruined           double precision,
    PRIMARY KEY (result_id, day),
    CHECK (end_time > start_time AND window_ms > 0),
    CHECK ((request_id IS NULL) <> (run_id IS NULL))
) PARTITION BY RANGE (day);
CREATE INDEX results_request ON results (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX results_run ON results (run_id) WHERE run_id IS NOT NULL;

-- One train window of a walk-forward and the test window after it; metrics as in results.jsonl.
CREATE TABLE result_folds (
    day         date        NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
    result_id   uuid        NOT NULL,
    number      integer     NOT NULL, -- from 1
    train_start timestamptz NOT NULL,
    train_end   timestamptz NOT NULL,
    test_start  timestamptz NOT NULL,
    test_end    timestamptz NOT NULL,
    evaluations bigint      NOT NULL,
    parameters  jsonb,                -- NULL with all that follows: training found nothing
    score       double precision,
    train       jsonb,
    test        jsonb,
    PRIMARY KEY (result_id, number, day)
) PARTITION BY RANGE (day);

-- The newest result of each genome, of the latest window and then the latest stored. Without it a leaderboard would pass over
-- all older results of the best genomes, of which there is one every few minutes; and it has all columns, as a join with the
-- partitions would be planned for many of them each time, and badly.
CREATE TABLE leaders (LIKE results INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (genome_id));
CREATE INDEX leaders_score ON leaders (score DESC, genome_id);
CREATE INDEX leaders_symbol ON leaders (symbol, score DESC, genome_id);
CREATE INDEX leaders_strategy ON leaders (strategy, score DESC, genome_id);

-- The best result of the newest window of its length; kept when results are pruned.
CREATE TABLE champions (
    LIKE results INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    first_discovered_at timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (exchange, symbol, interval, strategy, window_ms)
);

CREATE TABLE equity_days (
    result_id uuid NOT NULL,
    date      date NOT NULL,
    equity    double precision NOT NULL, -- at the last close of the day
    drawdown  double precision NOT NULL,
    PRIMARY KEY (result_id, date)
);

CREATE TABLE requests (
    request_id uuid PRIMARY KEY,
    exchange   text NOT NULL,
    symbol     text NOT NULL,
    interval   text NOT NULL,
    strategy   text NOT NULL,
    load_from  timestamptz NOT NULL,
    start_time timestamptz NOT NULL,
    end_time   timestamptz NOT NULL,
    request    jsonb NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE runs (
    run_id     uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    run        jsonb NOT NULL -- run.json
);

-- What came in answer to a request or of a run: counted as results are stored, so that it outlives them.
CREATE TABLE answers (
    id             uuid PRIMARY KEY,
    of_request     boolean NOT NULL,
    results_stored bigint  NOT NULL DEFAULT 0,
    best_score     double precision,
    best_result_id uuid,
    status         text CHECK (status IN ('done', 'no_winner', 'insufficient_candles', 'expired', 'failed')),
    winners        bigint CHECK (winners >= 0), -- as the outcome says; NULL with status: the outcome has not come yet
    evaluations    bigint CHECK (evaluations >= 0),
    reason         text,
    content        uuid, -- fingerprint of the outcome's text
    created_at     timestamptz NOT NULL DEFAULT now(),
    answered_at    timestamptz
);
CREATE INDEX answers_unfinished ON answers (created_at) WHERE status IS NULL OR winners > results_stored;

-- How far each partition of a topic is stored, written in the transaction that stores. Of first_offset to next_offset
-- each offset was stored, was a duplicate, was dead-lettered, or was missing: gone from the broker before it was read.
CREATE TABLE consumed (
    cluster_id    text    NOT NULL,
    topic         text    NOT NULL,
    partition     integer NOT NULL,
    first_offset  bigint  NOT NULL,
    next_offset   bigint  NOT NULL,
    stored        bigint  NOT NULL DEFAULT 0,
    duplicate     bigint  NOT NULL DEFAULT 0,
    dead_lettered bigint  NOT NULL DEFAULT 0,
    missing       bigint  NOT NULL DEFAULT 0,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cluster_id, topic, partition),
    CHECK (next_offset - first_offset = stored + duplicate + dead_lettered + missing)
);

-- The partition of a day, made when it is not there. It is made beside its table and then attached: that waits for no
-- reader, and no reader waits for it.
CREATE FUNCTION ensure_day_partition(parent text, of_day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    child text := parent || '_' || to_char(of_day, 'YYYYMMDD');
BEGIN
    IF to_regclass(child) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(child));
    -- Who waited for the lock looks again, into the table: the answer of to_regclass may be that of before the wait.
    IF EXISTS (SELECT FROM pg_class c JOIN pg_class p ON p.relnamespace = c.relnamespace
               WHERE p.oid = parent::regclass AND c.relname = child) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, of_day, of_day + 1);
END
$$;

-- What a transaction that stores results calls first.
CREATE FUNCTION ensure_todays_partitions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    PERFORM ensure_day_partition('results', today);
    PERFORM ensure_day_partition('result_folds', today);
END
$$;
