import { expect, it } from 'vitest';
import { aConversation, aMember } from '../../testing/samples';
import { assigneeChoices, assignmentFor, keyOfChoice } from './assignee-choices';

const ada = aMember({ user_id: 'ada', name: 'Ada' });
const ben = aMember({ user_id: 'ben', name: 'Ben', availability: 'away' });
const chika = aMember({ user_id: 'chika', name: 'Chika' });
const sales = { id: 't1', name: 'Sales', member_ids: ['ben'] };
const keysOf = (given: Partial<Parameters<typeof assigneeChoices>[0]>) =>
  assigneeChoices({ conversation: aConversation(), members: [ada, ben, chika], teams: [sales], userId: 'ada', ...given }).map(keyOfChoice);

it('lists those who are there before who is idle, who is not there, and who chose not to be', () => {
  const members = [
    aMember({ user_id: 'off', name: 'A', availability: 'off' }),
    aMember({ user_id: 'absent', name: 'B', presence: 'absent' }),
    aMember({ user_id: 'idle', name: 'C', presence: 'idle' }),
    aMember({ user_id: 'there', name: 'D' }),
  ];
  expect(keysOf({ members, teams: [] })).toEqual(['me', 'member:there', 'member:idle', 'member:absent', 'member:off']);
});

it('begins with oneself, then those who are there, then the others, then teams', () => {
  expect(keysOf({})).toEqual(['me', 'member:chika', 'member:ben', 'team:t1']);
});

it('offers to free what somebody or a team has, and not what they have already', () => {
  expect(keysOf({ conversation: aConversation({ assignee: { user_id: 'ada', name: 'Ada' } }) })).toEqual([
    'nobody', 'member:chika', 'member:ben', 'team:t1',
  ]);
  expect(keysOf({ conversation: aConversation({ team: { id: 't1', name: 'Sales' } }) })).toEqual(['me', 'nobody', 'member:chika', 'member:ben']);
});

it('leaves out whom the server would refuse', () => {
  const members = [
    aMember({ user_id: 'viewer', role: 'viewer' }),
    aMember({ user_id: 'gone', state: 'suspended' }),
    aMember({ user_id: 'elsewhere', phone_number_ids: ['200'] }),
    aMember({ user_id: 'here', phone_number_ids: ['100'] }),
  ];
  expect(keysOf({ members, teams: [] })).toEqual(['me', 'member:here']);
});

it('hands to a team what is then nobody’s in particular, and keeps the team where a member takes it', () => {
  expect(assignmentFor({ kind: 'team', team: sales }, 'ada')).toEqual({ assignee_id: null, team_id: 't1' });
  expect(assignmentFor({ kind: 'me' }, 'ada')).toEqual({ assignee_id: 'ada' });
  expect(assignmentFor({ kind: 'nobody' }, 'ada')).toEqual({ assignee_id: null, team_id: null });
});
