-- Up Migration

create table if not exists public.user_blocks (
  blocker_uuid uuid not null references public.users (uuid) on delete cascade,
  blocked_uuid uuid not null references public.users (uuid) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (blocker_uuid, blocked_uuid)
);

create index if not exists user_blocks_blocked on public.user_blocks (blocked_uuid);

-- Who has no row has the defaults.
create table if not exists public.message_settings (
  user_uuid uuid primary key references public.users (uuid) on delete cascade,
  read_receipts boolean not null default true,
  receives_messages boolean not null default true
);

-- Down Migration

drop table public.message_settings;
drop table public.user_blocks;
