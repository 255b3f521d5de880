// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { replaceColleagues, setColleagues, type Viewer } from '../../lib/viewers';
import ColleagueTyping from './colleague-typing';
import { typingSentence, viewingSentence } from './here';
import WhoIsHere from './who-is-here';

const someone = (name: string | null, typing = false): Viewer => ({ user_id: name ?? '?', name, typing });

it.each([
  [[], '', ''],
  [['Ines'], 'Ines is viewing', 'Ines is typing a reply'],
  [['Ines', 'Ben'], 'Ines and Ben are viewing', 'Ines and Ben are typing a reply'],
  [['Ines', 'Ben', 'Chika'], 'Ines, Ben and 1 other are viewing', 'Ines, Ben and 1 other are typing a reply'],
  [['Ines', 'Ben', 'Chika', 'Dora'], 'Ines, Ben and 2 others are viewing', 'Ines, Ben and 2 others are typing a reply'],
  [[null], 'Somebody is viewing', 'Somebody is typing a reply'],
])('of %j it names two, and then how many more', (names, viewing, typing) => {
  expect(viewingSentence(names.map((name) => someone(name)))).toBe(viewing);
  expect(typingSentence(names.map((name) => someone(name, true)))).toBe(typing);
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  replaceColleagues(new Map(), new Set());
  vi.useRealTimers();
});
const tell = (...colleagues: Viewer[]) => act(() => setColleagues('c1', colleagues));
const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

it('eyes see at once who is there and who writes, in this conversation alone', () => {
  render(
    <>
      <WhoIsHere conversationId="c1" />
      <ColleagueTyping conversationId="c1" place="below" />
    </>,
  );
  act(() => setColleagues('c2', [someone('Chika')]));
  expect(screen.queryByTitle(/./)).toBeNull();
  tell(someone('Ines', true), someone('Ben'));
  expect(screen.getByTitle('Ines is typing a reply · Ben is viewing')).toBeVisible();
  expect(screen.getAllByText('Ines is typing a reply', { ignore: '[role=status] *' })).toHaveLength(1);
  tell();
  expect(screen.queryByTitle(/./)).toBeNull();
});

it('ears hear of who stays, and of who writes once, however often they stop', () => {
  render(<WhoIsHere conversationId="c1" />);
  const heard: string[] = [];
  const status = screen.getByRole('status');
  const observer = () => {
    const now = status.textContent?.trim() ?? '';
    if (now !== (heard.at(-1) ?? '')) heard.push(now);
  };
  tell(someone('Chika'));
  pass(1000);
  observer();
  tell(someone('Ines'));
  pass(2000);
  observer();
  for (const isTyping of [true, false, true, false, true]) {
    tell(someone('Ines', isTyping));
    pass(5000);
    observer();
  }
  tell(someone('Ines'));
  pass(31_000);
  observer();
  expect(heard).toEqual(['Ines is viewing', 'Ines is viewing Ines is typing a reply', 'Ines is viewing']);
});
