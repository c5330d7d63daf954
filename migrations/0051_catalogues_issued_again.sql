-- A superior issues a catalogue again in changed form, by another document: what each edition held stays (docs/decisions/0047).

alter table funds.fund add column ended_from smallint;
comment on column funds.fund.ended_from is 'the fiscal year from which an edition of its catalogue holds it no more; lines of before stay, and no budget is registered under it from then on';

create or replace view funds.published_fund with (security_invoker) as
  select f.id, f.division, f.code, f.name, f.level, f.poverty, f.secret, f.parent, f.superior, f.owner_office, f.ended_from from funds.fund f;

-- A fund as it was called in a fiscal year: by the last edition that began by then and holds it.
create view funds.published_fund_name with (security_invoker) as
  select f.edition, f.fund, e.first_year, f.name, f.included, f.excepted, f.poverty from funds.edition_fund f join base.edition e on e.id = f.edition;
comment on view funds.published_fund_name is 'what funds were called by each edition of their catalogue: of a fiscal year, the latest edition (first_year, then edition) that begins by then';
grant select on funds.published_fund_name to fundwatch_app, fundwatch_rules;

-- What a file of subjects issued for a year, so that a later correction of the same year hides nothing.
create table funds.edition_subject (
  edition     int      not null references base.edition,
  kind        text     not null,
  fiscal_year smallint not null,
  code        text     not null,
  name        text     not null,
  primary key (edition, kind, fiscal_year, code)
);
comment on table funds.edition_subject is 'reference: a budget subject as an edition issued it, whatever its title became';
create function funds.edition_subject_is_yours() returns trigger language plpgsql as $$
begin
  if not base.by_owner() and not exists (select from base.edition e where e.id = new.edition and e.kind = 'subjects' and e.made_in = pg_current_xact_id()) then
    raise exception 'edition % is issued and locked', new.edition using errcode = 'FW006';
  end if;
  return new;
end $$;
create trigger edition_subject_is_yours before insert or update on funds.edition_subject for each row execute function funds.edition_subject_is_yours();
grant select, insert on funds.edition_subject to fundwatch_app;
