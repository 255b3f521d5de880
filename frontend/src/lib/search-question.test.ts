import { afterEach, expect, it } from 'vitest';
import { partsOf } from './note-body';
import { shownNote } from './search-hits';
import { askedOf, isEnough, readQuestion, writeQuestion } from './search-question';
import { changeSettings } from './settings';
import type { Note } from './types';

afterEach(() => changeSettings({ timeZone: null }));

const asking = (query: string) => readQuestion(new URLSearchParams(query));

it('reads from an address what it has written there, and nothing that is none', () => {
  const said = 'find=or%C3%A7amento+%26+co&in=notes&on=100&from=2026-11-01&to=2026-11-30';
  expect(new URLSearchParams(writeQuestion(asking(said))).toString()).toBe(said);
  expect(writeQuestion(asking('find=&in=files&from=yesterday&to=0002-01-01'))).toEqual([['find', '']]);
});

it('asks for days as they begin and end on the agent’s wall', () => {
  changeSettings({ timeZone: 'Asia/Kolkata' });
  expect(askedOf(asking('find=cake&from=2026-11-01&to=2026-11-30&on=100'), ['people', 'notes'])).toEqual({
    q: 'cake',
    in: 'people,notes',
    phone_number_id: '100',
    from: '2026-10-31T18:30:00.000Z',
    to: '2026-11-30T18:30:00.000Z',
  });
  // The day on which clocks are put back has 25 hours.
  changeSettings({ timeZone: 'Europe/Berlin' });
  expect(askedOf(asking('find=cake&from=2026-10-25&to=2026-10-25'), ['messages'])).toMatchObject({
    from: '2026-10-24T22:00:00.000Z',
    to: '2026-10-25T23:00:00.000Z',
  });
});

it('asks for nothing before there is something to ask for', () => {
  expect(['', ' ', ' a ', '.'].map(isEnough)).toEqual([false, false, false, false]);
  expect(['ab', '7a', '東', 'ก', '👍🏽'].map(isEnough)).toEqual([true, true, true, true, true]);
  expect(askedOf(asking('find=a'), ['messages'])).toBeNull();
});

it('marks in a note what was written, and not whom it mentions', () => {
  const body = 'Ask @[u-12] about 12 cakes';
  const mentions: Note['mentions'] = [{ user_id: 'u-12', team_id: null, name: 'Benjamin' }];
  const { text, spans } = shownNote({ body, mentions } as Note, [[8, 10], [18, 20]]);
  expect([text, spans.map(([from, to]) => text.slice(from, to))]).toEqual(['Ask @Benjamin about 12 cakes', ['12']]);
  expect(partsOf(body, mentions).at(-1)).toEqual({ text: ' about 12 cakes', isMention: false, from: 11 });
});
