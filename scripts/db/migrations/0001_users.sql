-- Up Migration

-- The table of the earlier backend, so that this also passes over one that is there.
create table if not exists public.users (
  uuid uuid primary key default gen_random_uuid(),
  display_name text not null,
  handle text not null,
  email text not null,
  cognito_user_id text not null,
  created_at timestamp not null default current_timestamp
);

create unique index if not exists users_handle on public.users (lower(handle));

-- The earlier backend's seed gave every user the same 'MOCK' until the user was linked.
create unique index if not exists users_cognito_user_id on public.users (cognito_user_id)
where cognito_user_id <> 'MOCK';

-- Down Migration

drop index users_cognito_user_id;
drop index users_handle;
drop table public.users;
