// @vitest-environment jsdom
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';

const AUTH = 'https://project.example.com/auth/v1';
const INVITATION = 'ZkV5c3Rva2VuLW9mLTQzLWNoYXJhY3RlcnMtaGVyZS0x';
const encoded = (part: object): string => btoa(JSON.stringify(part)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
const user = { id: 'u1', aud: 'authenticated', email: 'ines@example.com', app_metadata: {}, user_metadata: {}, created_at: '2026-11-22T10:00:00Z' };
const exp = Math.floor(Date.now() / 1000) + 3600;
const token = `${encoded({ alg: 'HS256' })}.${encoded({ sub: 'u1', exp })}.${encoded({})}`;
const session = { access_token: token, refresh_token: 'r', token_type: 'bearer', expires_in: 3600, expires_at: exp, user };

const asked: [string, unknown][] = [];
let refusal: number | null = null;
const note = async (what: string, request: Request) => asked.push([what, await request.json()]);
const service = setupServer(
  http.post(`${AUTH}/verify`, async ({ request }) => {
    await note('verify', request);
    return HttpResponse.json(session);
  }),
  http.put(`${AUTH}/user`, async ({ request }) => {
    await note('user', request);
    if (refusal !== null) return HttpResponse.json({ code: 'weak_password', message: 'Too weak.' }, { status: refusal });
    return HttpResponse.json(user);
  }),
  http.post(`${AUTH}/recover`, async ({ request }) => {
    asked.push([`recover ${new URL(request.url).searchParams.get('redirect_to')}`, await request.json()]);
    return HttpResponse.json({});
  }),
);

beforeAll(() => service.listen());
afterAll(() => service.close());
beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
  sessionStorage.clear();
  asked.length = 0;
  refusal = null;
});
afterEach(() => service.resetHandlers());

async function opened(address: string) {
  history.replaceState(null, '', address);
  const { newSupabaseSignIn } = await import('./supabase-session');
  return newSupabaseSignIn('https://project.example.com', 'anon');
}

it('uses a mail’s link by a click alone, once, and asks again only for a password that was refused', async () => {
  const signIn = await opened(`/live-chat/join#${INVITATION}&token_hash=abc&type=invite`);
  expect(await signIn.current()).toBeNull();
  expect(asked).toEqual([]);
  expect(location.href).not.toContain('abc');
  refusal = 422;
  await expect(signIn.arrive('weak')).rejects.toThrow('Too weak.');
  refusal = null;
  const ines = await signIn.arrive('a long password');
  expect(ines.label).toBe('ines@example.com');
  expect(await ines.getToken()).toBe(token);
  expect(asked.map(([what]) => what)).toEqual(['verify', 'user', 'user']);
  expect(asked[0]?.[1]).toMatchObject({ token_hash: 'abc', type: 'invite' });
});

it('brings who has forgotten a password back to the invitation', async () => {
  const signIn = await opened(`/live-chat/join#${INVITATION}`);
  await signIn.recover('ines@example.com');
  expect(asked[0]?.[0]).toBe(`recover ${location.origin}/live-chat/join#${INVITATION}`);
});
