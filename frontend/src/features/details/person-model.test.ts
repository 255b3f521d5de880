import { expect, it } from 'vitest';
import { type Attribute, changesOf, isLink, type Person, typedFrom } from './person-model';

const attributes: Attribute[] = [
  { key: 'plan', name: 'Plan', type: 'list', options: ['Free', 'Paid'] },
  { key: 'size', name: 'Size', type: 'number', options: null },
  { key: 'vip', name: 'VIP', type: 'bool', options: null },
];
const person: Person = {
  id: 'p1',
  workspace_id: 'w1',
  display_name: null,
  profile_name: 'asha.k',
  language: null,
  time_zone: null,
  email: 'asha@example.com',
  attributes: { plan: 'Free', vip: false, gone: 'x' },
  named_by: null,
  named_at: null,
  changed_by: null,
  changed_at: null,
  conversations: [],
};

it('asks for nothing where nothing differs, and else only for that, with what was seen of it', () => {
  const typed = typedFrom(person, attributes);
  expect(changesOf(person, attributes, typed)).toBeNull();
  expect(changesOf(person, attributes, { ...typed, email: ' ', '.size': '2.5', '.vip': 'true', '.plan': '' })).toEqual({
    email: null,
    attributes: { size: 2.5, vip: true, plan: null },
    expected: { email: 'asha@example.com', attributes: { size: null, vip: false, plan: 'Free' } },
  });
});

it('leads to addresses alone', () => {
  expect(['https://a.example', 'HTTP://a.example', 'javascript:alert(1)', 'a.example', 7].map(isLink)).toEqual([true, true, false, false, false]);
});
