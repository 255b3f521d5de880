// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signInToDemo } from './demo-session';

const asked: unknown[] = [];

beforeEach(() => {
  asked.length = 0;
  sessionStorage.clear();
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: string }) => {
    const { as } = JSON.parse(body) as { as: string };
    asked.push(as);
    return Response.json({ access_token: `t-${as}`, user_id: `u-${as}`, name: as.toUpperCase(), expires_in: 3600 });
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  history.replaceState(null, '', '/');
});

const signInAt = (address: string) => {
  history.replaceState(null, '', address);
  return signInToDemo('http://sandbox');
};

test('a window is whom its address names, and stays so when the address does not', async () => {
  const session = await signInAt('/live-chat/c1?number=7&as=ben');
  expect([session.userId, session.label, await session.getToken()]).toEqual(['u-ben', 'BEN', 't-ben']);
  expect((await signInAt('/live-chat')).userId).toBe('u-ben');
  expect((await signInAt('/live-chat?as=dora')).userId).toBe('u-dora');
  // As an invitation's mail is opened.
  const invited = await signInAt('/live-chat/join?as=eve%40example.com');
  expect([invited.userId, invited.others?.length]).toEqual(['u-eve@example.com', 4]);
  expect(await session.refreshToken('t-ben')).toBe('t-ben');
  expect(asked).toEqual(['ben', 'ben', 'dora', 'eve@example.com', 'ben']);
});

test.each(['/', '/?as=eve', '/?as=', '/?as=Ben'])('at %s a window is the first of the team', async (address) => {
  expect((await signInAt(address)).userId).toBe('u-ada');
});

test('the others are opened at the same place, in a window that shares nothing with this one', async () => {
  const open = vi.spyOn(window, 'open').mockReturnValue(null);
  const session = await signInAt('/live-chat/c1?number=7&as=ben');
  expect(session.others?.map(({ name }) => name)).toEqual(['Ada', 'Chika', 'Dora']);
  session.others?.[2]?.open();
  const [address, target, features] = open.mock.calls[0] ?? [];
  expect(String(address)).toBe(`${location.origin}/live-chat/c1?number=7&as=dora`);
  expect([target, String(features).split(',')[0]]).toEqual(['_blank', 'noopener']);
});
