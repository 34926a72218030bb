-- Up Migration

-- Pages of blocks, the newest first.
create index if not exists user_blocks_newest on public.user_blocks (blocker_uuid, created_at desc, blocked_uuid desc);

-- Down Migration

drop index user_blocks_newest;
