-- Where the request that made it stands in its trace: the attempts go on there. Null in rows of an earlier version.
ALTER TABLE video_job ADD COLUMN traceparent TEXT;
