-- Both databases read this. Times are milliseconds since 1970 by the clock of the database.
CREATE TABLE video_job (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL,              -- queued, in_progress, completed, failed, deleted
    progress BIGINT NOT NULL,         -- percent
    attempt BIGINT NOT NULL,          -- how often it was begun: whoever began it last may write, and nobody else
    failures BIGINT NOT NULL,         -- how often it was put back because there was no capacity
    deaths BIGINT NOT NULL,           -- how often its worker fell silent
    not_before BIGINT NOT NULL,       -- queued: when it may be begun again
    worker TEXT,                      -- in_progress: the gateway that runs it,
    lease_until BIGINT,               -- and until when nobody else may take it
    completed_at BIGINT,
    expires_at BIGINT,                -- when the row goes
    spec TEXT NOT NULL,               -- what was asked for, JSON
    result TEXT,                      -- completed: what was made, JSON
    error TEXT,                       -- failed: why, JSON
    request_key TEXT UNIQUE,          -- the request that made it, as long as that may be repeated without making another one
    request_until BIGINT,
    request_print TEXT,               -- what that request said, as a hash
    request_retried BIGINT NOT NULL   -- 1: it was made by a request that was sent again, of which the first may still be on its way
);

CREATE INDEX video_job_by_age ON video_job (created_at, id);
CREATE INDEX video_job_by_state ON video_job (state, created_at);
CREATE INDEX video_job_by_end ON video_job (expires_at);
