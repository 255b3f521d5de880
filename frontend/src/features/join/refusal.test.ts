import { expect, it } from 'vitest';
import { j } from '../../words/join-en';
import { refusalOf } from './refusal';

it('says why a link lets nobody in, and who could use it', () => {
  const refusal = (code: string) => refusalOf({ code, message: 'This invitation was revoked.' });
  expect(refusal('invitation_gone')).toMatchObject({ heading: j.gone, detail: 'This invitation was revoked.', isAboutAccount: false });
  expect(refusal('email_mismatch')).toMatchObject({ heading: j.mismatch, isAboutAccount: true });
  expect(refusal('already_exists')).toMatchObject({ heading: j.already, isAboutAccount: true });
  expect(refusal('forbidden')?.heading).toBe(j.suspended);
  for (const passing of ['network', 'unavailable', 'rate_limited']) expect(refusal(passing)).toBeNull();
});
