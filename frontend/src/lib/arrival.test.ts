// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest';

const TOKEN = 'ZkV5c3Rva2VuLW9mLTQzLWNoYXJhY3RlcnMtaGVyZS0x';

beforeEach(() => {
  vi.resetModules();
  sessionStorage.clear();
});

it('reads an invitation’s token, alone and with what the sign-in service puts behind it', async () => {
  const { readArrival } = await import('./arrival');
  expect(readArrival(`#${TOKEN}`, '')).toMatchObject({ invitation: TOKEN, tokenHash: null, type: null });
  expect(readArrival(`#${TOKEN}&token_hash=abc&type=invite`, '')).toMatchObject({
    invitation: TOKEN,
    tokenHash: 'abc',
    type: 'invite',
  });
  expect(readArrival(`#${TOKEN}#access_token=a.b.c&refresh_token=r&type=magiclink`, '')).toMatchObject({
    invitation: TOKEN,
    accessToken: 'a.b.c',
    refreshToken: 'r',
  });
  expect(readArrival(`#${TOKEN}#error=access_denied&error_code=otp_expired`, '').errorCode).toBe('otp_expired');
  expect(readArrival('', '?token_hash=abc&type=recovery')).toMatchObject({ invitation: null, tokenHash: 'abc' });
  expect(readArrival('#composer', '?m=1')).toMatchObject({ invitation: null, tokenHash: null, errorCode: null });
});

it('takes it from the address at once, and keeps the invitation for this tab until it is used', async () => {
  history.replaceState(null, '', `/live-chat/join?number=1&type=invite#${TOKEN}&token_hash=abc&type=invite`);
  const { takeArrival, pendingInvitation, forgetInvitation } = await import('./arrival');
  expect(takeArrival().tokenHash).toBe('abc');
  expect(location.href).toMatch(/\/live-chat\/join\?number=1$/);
  expect(takeArrival().tokenHash).toBe('abc');
  vi.resetModules();
  const reloaded = await import('./arrival');
  expect(reloaded.takeArrival().tokenHash).toBeNull();
  expect(reloaded.pendingInvitation()).toBe(TOKEN);
  expect(pendingInvitation()).toBe(TOKEN);
  forgetInvitation();
  reloaded.forgetInvitation();
  expect(pendingInvitation()).toBeNull();
  expect(reloaded.pendingInvitation()).toBeNull();
});

it('leaves alone an address that brings nothing', async () => {
  history.replaceState(null, '', '/live-chat/c1?m=2#composer');
  const { takeArrival } = await import('./arrival');
  takeArrival();
  expect(location.href).toMatch(/\/live-chat\/c1\?m=2#composer$/);
});
