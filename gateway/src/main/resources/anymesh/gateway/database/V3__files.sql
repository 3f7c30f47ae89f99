-- Files that are kept for their owner, or handed out under a URL. Their bytes are in the media store, in the folder that is called as the row.
CREATE TABLE stored_file (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,              -- the name of an API key; empty where there are none
    purpose TEXT NOT NULL,            -- user_data, vision, handed_out
    filename TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT                 -- when the row goes; null: when it is deleted
);

CREATE INDEX stored_file_by_owner ON stored_file (owner, created_at, id);
CREATE INDEX stored_file_by_end ON stored_file (expires_at);
