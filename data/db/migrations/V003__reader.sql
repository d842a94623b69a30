-- ts_reader may read everything, and nothing else; give it to a login: GRANT ts_reader TO somebody.
-- Roles belong to the whole server: another database of it may have made this one, even at this moment.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ts_reader') THEN
        CREATE ROLE ts_reader NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE insufficient_privilege
            USING MESSAGE = 'there is no role ts_reader, and this user may not create roles',
                  HINT = 'As a user who may: CREATE ROLE ts_reader NOLOGIN; then migrate again.';
END
$$;

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO ts_reader', current_schema);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ts_reader', current_schema);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO ts_reader', current_schema);
END
$$;
