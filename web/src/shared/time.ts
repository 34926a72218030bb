import { useEffect, useState } from 'react';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const fullDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** With weekday, date and seconds, in the reader's zone and language. */
export function exactTime(time: string): string {
  return exact.format(new Date(time));
}

export function clockTime(time: string): string {
  return clock.format(new Date(time));
}

export function dayOf(time: string): string {
  return fullDay.format(new Date(time));
}

/** How long ago: minutes, hours and days up to a week, then the date. */
export function shortAgo(time: string, now: number): string {
  const past = now - Date.parse(time);
  if (past < MINUTE) return 'now';
  if (past < HOUR) return ago.format(-Math.floor(past / MINUTE), 'minute');
  if (past < DAY) return ago.format(-Math.floor(past / HOUR), 'hour');
  if (past < 7 * DAY) return ago.format(-Math.floor(past / DAY), 'day');
  return day.format(new Date(time));
}

/** Now, to the half minute: what is shown as "3 min ago" grows older while one looks. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 30_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}
