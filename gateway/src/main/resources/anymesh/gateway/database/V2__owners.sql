-- Whose a job is: the name of an API key; empty where there are none.
ALTER TABLE video_job ADD COLUMN owner TEXT NOT NULL DEFAULT '';

CREATE INDEX video_job_by_owner ON video_job (owner, created_at, id);
