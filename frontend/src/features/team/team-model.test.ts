import { expect, it } from 'vitest';
import type { Member, Workspace } from '../../lib/types';
import {
  actsOn,
  changesOf,
  heirsOf,
  type Invitation,
  inOrder,
  sectionIn,
  sectionsOf,
  stateOf,
  warningFor,
} from './team-model';

const workspace: Workspace = {
  id: 'w1',
  name: 'Bakery',
  time_zone: 'UTC',
  role: 'admin',
  is_owner: true,
  require_mfa: false,
  member_count: 3,
};
const member = (user_id: string, more: Partial<Member> = {}): Member => ({
  user_id,
  name: user_id,
  email: null,
  role: 'agent',
  is_owner: false,
  state: 'active',
  visibility: 'all',
  phone_number_ids: null,
  team_ids: [],
  availability: 'available',
  availability_until: null,
  presence: 'active',
  can_receive: true,
  joined_at: '2026-11-22T10:00:00Z',
  ...more,
});

it('shows invitations to admins alone, also to who names them in the address', () => {
  const agents = { ...workspace, role: 'agent' as const };
  expect(sectionsOf(agents)).not.toContain('invitations');
  expect(sectionIn('/live-chat/team/invitations', agents)).toBe('members');
  expect(sectionIn('/live-chat/team/invitations', workspace)).toBe('invitations');
  expect(sectionIn('/live-chat/team', workspace)).toBe('members');
  expect(sectionIn('/live-chat/team/elsewhere', workspace)).toBe('members');
});

it('puts oneself first, who is suspended last, and offers as heirs who can take conversations', () => {
  const all = [member('zoe'), member('ben', { state: 'suspended', can_receive: false }), member('ada'), member('me')];
  expect(inOrder(all, 'me').map((each) => each.user_id)).toEqual(['me', 'ada', 'zoe', 'ben']);
  const away = [...all, member('chika', { can_receive: false }), member('dora', { role: 'viewer' })];
  expect(heirsOf(away, 'zoe').map((each) => each.user_id)).toEqual(['ada', 'me', 'chika']);
});

it('offers what the server allows: the owner is left alone, and leaves only after a transfer', () => {
  const owner = member('ada', { role: 'admin', is_owner: true });
  expect(actsOn(owner, workspace, 'ada')).toMatchObject({ name: true, rights: false, remove: false, leave: false });
  expect(actsOn(member('ben'), workspace, 'ada')).toMatchObject({ rights: true, remove: true, makeOwner: true });
  const admins = { ...workspace, is_owner: false };
  expect(actsOn(owner, admins, 'ben')).toMatchObject({ name: true, rights: false, suspend: false, makeOwner: false });
  const agents = { ...workspace, role: 'agent' as const, is_owner: false };
  expect(actsOn(member('ben'), agents, 'ben')).toMatchObject({ name: true, rights: false, leave: true });
  expect(actsOn(owner, agents, 'ben')).toMatchObject({ name: false, rights: false, remove: false });
});

it('sends only what differs', () => {
  const before = member('ben', { phone_number_ids: ['2', '1'] });
  expect(changesOf(before, { ...before, phone_number_ids: ['1', '2'] })).toEqual({});
  expect(changesOf(before, { ...before, name: 'Benedikt', phone_number_ids: null })).toEqual({
    name: 'Benedikt',
    phone_number_ids: null,
  });
  expect(changesOf(before, { ...before, role: 'viewer', visibility: 'own' })).toEqual({ role: 'viewer', visibility: 'own' });
});

it('says of an invitation what became of it', () => {
  const invitation: Invitation = {
    id: 'i1',
    email: 'ines@example.com',
    role: 'agent',
    visibility: 'all',
    phone_number_ids: null,
    invited_by: { user_id: 'ada', name: 'Ada' },
    expires_at: '2026-11-29T10:00:00Z',
    sent_at: null,
    send_error: null,
  };
  const now = new Date('2026-11-28T10:00:00Z');
  expect(stateOf(invitation, now)).toBe('link');
  expect(stateOf({ ...invitation, sent_at: '2026-11-27T10:00:00Z' }, now)).toBe('sent');
  expect(stateOf({ ...invitation, send_error: 'Refused.' }, now)).toBe('failed');
  expect(stateOf(invitation, new Date('2026-11-29T10:00:00Z'))).toBe('expired');
});

it('warns before a link is made that nobody could use, or nobody would mail', () => {
  const closed = { can_mail: false, can_make_accounts: false, sign_up_is_open: false };
  expect(warningFor(closed, true)).toBe('strands');
  expect(warningFor({ ...closed, can_make_accounts: true, can_mail: true }, false)).toBe('strands-without-address');
  expect(warningFor({ ...closed, can_make_accounts: true, can_mail: true }, true)).toBeNull();
  expect(warningFor({ ...closed, sign_up_is_open: null }, true)).toBe('by-hand');
  expect(warningFor({ ...closed, sign_up_is_open: true }, false)).toBeNull();
});
